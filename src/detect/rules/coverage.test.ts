import { describe, expect, test } from 'vitest';
import type { Format } from '../../connector/index.ts';
import { parseDocuments } from '../../standards/sigma/index.ts';
import { readAttackNames } from './attack-names.ts';
import { createContent } from './content.ts';
import { coverageOf } from './coverage.ts';

const format = (name: string, feeds?: Format['feeds']): Format => ({
  name,
  title: name,
  ...(feeds ? { feeds } : {}),
  recognise: () => 0,
  read: () => undefined,
});
const rule = (id: string, logsource: string, tags: string) =>
  `title: ${id}\nid: ${id}\nlogsource: ${logsource}\ntags: [${tags}]\ndetection: {s: {f: x}, condition: s}\n---\n`;
const correlation = (id: string, type: string, rules: string) =>
  `title: ${id}\nid: ${id}\ncorrelation: {type: ${type}, rules: [${rules}], group-by: [f], timespan: 1m, generate: true${type === 'temporal' ? '' : ', condition: {gte: 1}'}}\n---\n`;

describe('coverage', () => {
  const text =
    rule('fed', '{product: p, category: c}', 'attack.t1059.001, attack.execution') +
    rule('unfed', '{product: q, category: c}', 'attack.stealth, attack.t1685') +
    rule('named', '{product: r, service: s}', '') +
    correlation('some', 'event_count', 'fed, unfed') +
    correlation('both', 'temporal', 'fed, unfed');
  const content = createContent(parseDocuments(text, 'r.yml'));
  const formats = [format('one', [{ product: 'P', category: 'c', service: 'x' }]), format('json')];

  test('a rule can fire when a format in use feeds its logsource, or may name it', () => {
    const { never, logsources } = coverageOf(content, formats);
    expect(never.map((one) => one.rule_id)).toEqual(['unfed', 'both']);
    expect(logsources.map(({ fed_by: fedBy }) => fedBy)).toEqual([['one'], [], ['json, when its records name it']]);
    expect(coverageOf(content, []).never).toHaveLength(5);
  });

  test('techniques and tactics are counted, with the data of ATT&CK also by what is missing', () => {
    const bundle = JSON.stringify({
      objects: [
        { type: 'x-mitre-tactic', name: 'Execution' },
        ...['T1059', 'T1059.001'].map((id) => ({
          type: 'attack-pattern',
          name: `Name of ${id}`,
          external_references: [{ source_name: 'mitre-attack', external_id: id }],
          kill_chain_phases: [{ kill_chain_name: 'mitre-attack', phase_name: 'execution' }],
        })),
        {
          type: 'attack-pattern',
          name: 'Old',
          revoked: true,
          external_references: [{ source_name: 'mitre-attack', external_id: 'T1' }],
        },
      ],
    });
    const found = coverageOf(content, formats, readAttackNames(bundle, 'bundle.json'));
    expect(found).toMatchObject({ rules: 5, without_attack: 3, unknown_techniques: ['T1685'] });
    expect(found.techniques).toEqual([
      { technique_id: 'T1059.001', name: 'Name of T1059.001', rules: 1 },
      { technique_id: 'T1685', rules: 1 },
    ]);
    const tactic = (name: string) => found.tactics.find((one) => one.tactic === name);
    expect(tactic('execution')).toEqual({ tactic: 'execution', rules: 1, techniques: 1, of_techniques: 2 });
    expect(tactic('defense-evasion')).toEqual({ tactic: 'defense-evasion', rules: 1, techniques: 0, of_techniques: 0 });
  });

  test.each(['', '{', '{}', '[]', '{"objects": []}', '{"objects": [null, {"type": "attack-pattern"}]}'])(
    'what is no ATT&CK is refused: %j',
    (bundle) => {
      expect(() => readAttackNames(bundle, 'b.json')).toThrow(
        expect.objectContaining({ code: 'DETECT.BAD_ATTACK_DATA' }),
      );
    },
  );
});
