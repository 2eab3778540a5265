import fc from 'fast-check';
import { describe } from 'vitest';
import { hostileText, realAddress } from '../../test/hostile.ts';
import { itAimsRight, itReadsInLinearTime } from '../../test/injection.ts';
import { iis } from './format.ts';

/** IIS writes blanks as `+` and control characters not at all. */
const written = (text: string): string => text.replaceAll(/[^\P{Cc}]/gu, '').replaceAll(/\s/g, '+') || '-';

describe('text of the client in IIS logs', () => {
  itAimsRight(
    'never moves the address',
    iis,
    fc.tuple(realAddress, hostileText, hostileText, hostileText).map(([address, path, agent, user]) => ({
      line: `2026-11-20 10:00:00 192.0.2.40 GET /${written(path)} ${written(path)} 443 ${written(user)} ${address} ${written(agent)} ${written(agent)} 200 0 0 15`,
      address,
    })),
  );

  itReadsInLinearTime(iis, [
    ['2026-11-20 10:00:00 ', 'a ', ''],
    ['2026-11-20 10:00:00 192.0.2.40 GET /', '+', ' - 443 - 203.0.113.1 a b 200 0 0 1'],
  ]);
});
