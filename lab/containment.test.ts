import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { getIncident, listIncidents } from '../src/api/incidents.ts';
import { until } from '../test/until.ts';
import { attackers4, attackers6, bystander, canRunLab, createScene, echoPort, victim, type Scene } from './scene.ts';
import { guessPassword, startSshd } from './sshd.ts';

const [sshAttacker = '', second = '', third = ''] = attackers4;
const [homeNetwork = [], otherNetwork = []] = attackers6;

describe.skipIf(!canRunLab())('an SSH brute force through a firewall', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await createScene({});
    await startSshd(scene.hosts.victim, {
      folder: join(scene.folder, 'sshd'),
      logFile: scene.logFile,
      addresses: [victim[4], victim[6]],
    });
  });
  afterAll(() => scene?.remove());

  const guess = (from: string, to: string, user = 'admin') =>
    guessPassword(scene.hosts.attacker, { folder: scene.folder, from, to, user });
  const sessionGoesOn = async (name: string) => {
    const before = await scene.bystander.echoes(name);
    await until(async () => (await scene.bystander.echoes(name)) > before + 20, { what: `${name} to go on` });
  };

  it('cuts off the attacker and its established connection, and not a bystander', async () => {
    await scene.attacker.open('attacker', { from: sshAttacker, to: victim[4], port: echoPort });
    await scene.bystander.open('bystander', { from: bystander[4], to: victim[4], port: echoPort });
    for (let guesses = 0; guesses < 5; guesses++) guess(sshAttacker, victim[4], `user${guesses % 2}`);
    await until(async () => !(await scene.reaches(sshAttacker)), { timeoutMs: 30_000, what: 'the attacker cut off' });
    expect(guess(sshAttacker, victim[4])).toBe(255);

    const echoes = await scene.attacker.echoes('attacker');
    await sessionGoesOn('bystander');
    expect(await scene.attacker.echoes('attacker')).toBe(echoes);
    expect(
      await scene.bystander.reaches({ from: bystander[4], to: victim[4], port: echoPort }),
      'the bystander gets new connections',
    ).toBe(true);

    const contained = await until(
      async () =>
        (await scene.containmentsOf(sshAttacker)).find(
          ({ status, verification }) => status === 'in_force' && verification.effective !== 'pending',
        ),
      { timeoutMs: 30_000, what: 'a verified containment' },
    );
    expect(contained).toMatchObject({
      level: 'auto',
      requested_by: 'system:respond',
      verification: { applied: 'yes', effective: 'yes' },
      points: [{ state: 'applied' }],
    });
    expect(contained.verification.dropped_packets).toBeGreaterThan(0);
    expect(await scene.containmentsOf(sshAttacker)).toHaveLength(1);

    const { items } = await scene.client().call(listIncidents, { query: { limit: 10 } });
    expect(items.map(({ entity_value }) => entity_value)).toEqual([sshAttacker]);
    const detail = await scene.client().call(getIncident, { params: { id: items[0]?.id ?? '' } });
    expect(detail.findings.map(({ rule_title }) => rule_title)).toContain('SSH brute force');
  });

  it('lets the attacker back in at once when it is released, its connection too', async () => {
    const echoes = await scene.attacker.echoes('attacker');
    const released = scene.product.cli('containment', 'release', sshAttacker, '--reason', 'A test of the lab.');
    expect(released, released.stderr).toMatchObject({ code: 0 });
    expect(await scene.reaches(sshAttacker)).toBe(true);
    // Its retransmissions have backed off meanwhile.
    await until(async () => (await scene.attacker.echoes('attacker')) > echoes, { timeoutMs: 60_000 });
    await until(async () => (await scene.containmentsOf(sshAttacker)).every(({ status }) => status === 'released'), {
      what: 'the release to be on record',
    });
    expect(await scene.containmentsOf(sshAttacker)).toHaveLength(1);
  });

  it('takes an IPv6 network for one source and drops all of it, and no other', async () => {
    const [first = '', , last = ''] = homeNetwork;
    for (const from of [...homeNetwork, ...homeNetwork.slice(0, 2)]) guess(from, victim[6]);
    await until(async () => !(await scene.reaches(last)), { timeoutMs: 30_000, what: 'the /64 to be cut off' });
    for (const address of homeNetwork) expect(await scene.reaches(address), address).toBe(false);
    for (const address of otherNetwork) expect(await scene.reaches(address), address).toBe(true);
    expect(await scene.bystander.reaches({ from: bystander[6], to: victim[6], port: echoPort })).toBe(true);
    const target = `${first.split('::')[0]}::/64`;
    expect((await scene.containmentsOf(target)).map((one) => one.target)).toEqual([target]);
  });

  it('repairs a flushed set once, and takes the second removal for the will of a person', async () => {
    const contained = await scene.contain(second);
    const flush = () => scene.hosts.firewall.run('nft', 'flush', 'set', 'inet', 'firebreak', 'address4');
    flush();
    expect(await scene.reaches(second), 'open between flush and repair').toBe(true);
    await until(async () => !(await scene.reaches(second)), { timeoutMs: 20_000, what: 'the repair' });
    await until(async () => (await scene.containmentsOf(second))[0]?.points[0]?.state === 'applied');

    flush();
    const asked = await until(
      async () => (await scene.containmentsOf(second)).find(({ status }) => status === 'awaiting_approval'),
      { timeoutMs: 30_000, what: 'Firebreak to ask' },
    );
    expect(asked.id).toBe(contained.id);
    expect(await scene.reaches(second), 'not repaired a second time').toBe(true);
    const listed = scene.hosts.firewall.run('nft', 'list', 'set', 'inet', 'firebreak', 'address4');
    expect(listed).not.toContain(second);
  });

  it('goes on with other attackers after a removal by hand', async () => {
    expect(await scene.contain(third)).toMatchObject({ status: 'in_force' });
    const intact = scene.product.cli('ledger', 'verify');
    expect(intact, intact.stdout + intact.stderr).toMatchObject({ code: 0 });
  });
});
