import { expect, test } from 'vitest';
import type { Channel } from '../../db/index.ts';
import { until } from '../../../test/until.ts';
import { changesOf, createChangeFeed, type FedChange, type SequencedEntry } from './changes.ts';

const entry = (leafIndex: number, kind: string, more: Partial<SequencedEntry> = {}): SequencedEntry => ({
  leafIndex,
  tenantId: 'default',
  kind,
  ...more,
});

function feedOver(entries: SequencedEntry[]) {
  const listeners = new Map<Channel, () => void>();
  const feed = createChangeFeed({
    channels: {
      wake: (channel) => listeners.get(channel)?.(),
      listen(channel, onWake) {
        listeners.set(channel, onWake);
        return () => listeners.delete(channel);
      },
      close: async () => {},
    },
    entriesAfter: async (leafIndex, limit) => entries.filter((one) => one.leafIndex > leafIndex).slice(0, limit),
    lastLeafIndex: async () => entries.at(-1)?.leafIndex ?? -1,
  });
  return { feed, wake: (channel: Channel) => listeners.get(channel)?.() };
}

test('an entry tells of its subject and of the incident whose timeline grew', () => {
  const made = changesOf(entry(7, 'containment.ordered', { subject: 'containment--1', incidentId: 'incident--1' }));
  expect(made.map(({ place, change }) => [place, change.type, change.id])).toEqual([
    [7, 'containment', 'containment--1'],
    [7, 'incident', 'incident--1'],
  ]);
  expect(changesOf(entry(8, 'incident.opened', { subject: 'incident--2' }))).toMatchObject([
    { change: { type: 'incident', id: 'incident--2' } },
  ]);
  expect(changesOf(entry(9, 'access.signed_in'))).toEqual([]);
});

test('a listener hears what came after it began, in order, and the rest can be asked for', async () => {
  const entries = [entry(0, 'stop.stopped', { subject: 'stop' })];
  const { feed } = feedOver(entries);
  const heard: FedChange[] = [];
  const end = feed.subscribe((changes) => heard.push(...changes));
  await feed.turn();
  entries.push(entry(1, 'containment.ordered', { subject: 'c1' }), entry(2, 'containment.released', { subject: 'c1' }));
  await feed.turn();
  expect(heard.map(({ place }) => place)).toEqual([1, 2]);
  expect((await feed.since(-1))?.map(({ place }) => place)).toEqual([0, 1, 2]);
  expect(await feed.since(2)).toEqual([]);
  end();
  feed.close();
});

test('whoever missed too much is told to fetch all again', async () => {
  const entries = Array.from({ length: 5_000 }, (_, index) => entry(index, 'containment.ordered', { subject: 'c' }));
  expect(await feedOver(entries).feed.since(-1)).toBeUndefined();
});

test('a burst of wake-ups makes one hint', async () => {
  const { feed, wake } = feedOver([]);
  const heard: FedChange[] = [];
  feed.subscribe((changes) => heard.push(...changes));
  for (let n = 0; n < 100; n += 1) wake('findings');
  await until(() => heard.length > 0);
  expect(heard).toEqual([{ change: { type: 'finding', id: '*', revision: 0 } }]);
  feed.close();
});
