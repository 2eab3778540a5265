import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../test/until.ts';
import { attackers4, attackers6, canRunLab, createScene, type Scene } from './scene.ts';

const durationS = 30;
const [address4 = ''] = attackers4;
const [[address6 = ''] = []] = attackers6;

describe.skipIf(!canRunLab())('Firebreak killed for good', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await createScene({ durationS });
  });
  afterAll(() => scene?.remove());

  it('leaves blocks that lift by themselves at their end and not before', async () => {
    const contained = [await scene.contain(address4), await scene.contain(address6)];
    await scene.product.killAll();
    for (const [index, address] of [address4, address6].entries()) {
      const endsAt = Date.parse(contained[index]?.expires_at ?? '');
      expect(endsAt - Date.parse(contained[index]?.ordered_at ?? '')).toBe(durationS * 1_000);
      let lastBlockedAt = 0;
      await until(
        async () => {
          const askedAt = Date.now();
          if (await scene.reaches(address)) return true;
          lastBlockedAt = askedAt;
          return false;
        },
        { timeoutMs: (durationS + 15) * 1_000, what: `${address} to be let in again` },
      );
      const openAt = Date.now();
      expect(openAt, 'not before its end').toBeGreaterThan(endsAt - 1_000);
      expect(lastBlockedAt, 'soon after its end').toBeLessThan(endsAt + 2_000);
    }
  });

  it('finds them over when it comes back, and contains the next attack for longer', async () => {
    await scene.product.start();
    for (const target of [address4, `${address6.split('::')[0]}::/64`])
      await until(async () => (await scene.containmentsOf(target)).every(({ status }) => status === 'released'), {
        timeoutMs: 20_000,
        what: `the containment of ${target} to be over`,
      });
    expect(await scene.reaches(address4)).toBe(true);
    expect(await scene.contain(address4)).toMatchObject({ escalation: 1, duration_s: 3_600 });
  });
});
