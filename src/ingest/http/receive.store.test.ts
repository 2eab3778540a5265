import { gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import type { SourceInfo } from '../../schema/event.ts';
import { testIngest, type TestIngest } from '../../../test/ingest.ts';
import { infoOf, receiveElasticBulk, receiveNdjson, type EventRequest } from '../index.ts';
import { elasticGreeting } from './elastic-greetings.ts';

let house: TestIngest;
let source: SourceInfo;
let number = 0;
beforeAll(async () => {
  house = await testIngest();
});

async function* stream(...chunks: (string | Buffer)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}
const context = () => ({ accept: house.ingest.accept, clock: systemClock });

async function post(chunks: (string | Buffer)[], request: Partial<EventRequest> = {}) {
  number += 1;
  source = infoOf(await house.ingest.sources.add({ kind: 'http', name: `http ${number}` }));
  return receiveNdjson(context(), stream(...chunks), { source, contentType: 'application/x-ndjson', ...request });
}
const kept = () => house.lines(source.source_id);

describe('POST of events', () => {
  it('keeps whole lines and refuses a torn one with its number', async () => {
    const { answer } = await post(['{"a":1}\n{"b":', '2}\r\n\n{"torn":\n[1]\n{"c":3}']);
    expect(answer).toMatchObject({ accepted: 3, rejected: 2 });
    expect(answer.errors.map((error) => error.line)).toEqual([4, 5]);
    expect(await kept()).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });

  it('unpacks gzip and zstd', async () => {
    await post([gzipSync('{"a":1}\n')], { contentEncoding: 'gzip' });
    expect(await kept()).toEqual(['{"a":1}']);
    const packed = zstdCompressSync('{"a":2}\n');
    await post([packed.subarray(0, 5), packed.subarray(5)], { contentEncoding: 'zstd' });
    expect(await kept()).toEqual(['{"a":2}']);
  });

  it('reads one object, an array with its digits, lines under the name of JSON, and text', async () => {
    const json = { contentType: 'application/json; charset=utf-8' };
    await post(['{\n "a": [1, 2]\n}'], json);
    expect(await kept()).toEqual(['{\n "a": [1, 2]\n}']);
    const { answer } = await post(['[{"n":12345678901234567890,"s":"],[\\""}, 7, {"b":{}}]'], json);
    expect(answer).toMatchObject({ accepted: 2, rejected: 1 });
    expect(await kept()).toEqual(['{"n":12345678901234567890,"s":"],[\\""}', '{"b":{}}']);
    await post(['{"a":1}\n{"b":2}\n'], json);
    expect(await kept()).toEqual(['{"a":1}', '{"b":2}']);
    await post(['plain text\n{"half\n'], { contentType: 'text/plain', peerAddress: '192.0.2.7' });
    expect(await kept()).toEqual(['plain text', '{"half']);
    expect((await house.events(source.source_id))[0]?.peer_address).toBe('192.0.2.7');
  });

  it('keeps a large request whole, in batches of at most 1,000', async () => {
    const lines = Array.from({ length: 2_345 }, (_, index) => `{"n":${index}}`);
    const { answer } = await post([lines.join('\n')], { idempotencyKey: 'large' });
    expect(answer.accepted).toBe(2_345);
    expect(await kept()).toEqual(lines);
  });

  it('counts a repeated key once and refuses it for another body', async () => {
    const first = await post(['{"a":1}\nbad\n'], { idempotencyKey: 'key-1' });
    const again = () =>
      receiveNdjson(context(), stream('{"a":1}\n', 'bad\n'), {
        source,
        contentType: 'application/x-ndjson',
        idempotencyKey: 'key-1',
      });
    const repeats = await Promise.all([again(), again()]);
    expect(repeats).toEqual([
      { answer: first.answer, isRepeated: true },
      { answer: first.answer, isRepeated: true },
    ]);
    expect(await kept()).toEqual(['{"a":1}']);
    const other = receiveNdjson(context(), stream('{"a":2}\n'), { source, idempotencyKey: 'key-1' });
    await expect(other).rejects.toMatchObject({ code: 'INGEST.KEY_REUSED' });
  });

  it('refuses a bomb, a torn archive and an unknown encoding, and keeps nothing of them', async () => {
    const bomb = gzipSync(Buffer.alloc(101_000_000, `${JSON.stringify({ a: 'x'.repeat(5_000) })}\n`));
    expect(bomb.length).toBeLessThan(1_000_000);
    const code = (promise: Promise<unknown>) =>
      promise.then(
        () => 'kept',
        (error: { code: string }) => error.code,
      );
    expect(await code(post([bomb], { contentEncoding: 'gzip' }))).toBe('INGEST.BODY_TOO_LARGE');
    expect(await kept()).toEqual([]);
    const torn = gzipSync('{"a":1}\n'.repeat(1_000));
    expect(await code(post([torn.subarray(0, -20)], { contentEncoding: 'gzip' }))).toBe('INGEST.BODY_CORRUPT');
    expect(await code(post([Buffer.alloc(10_000_001)], { contentEncoding: 'zstd' }))).toMatch(/CORRUPT|LARGE/);
    expect(await code(post(['x'], { contentEncoding: 'br' }))).toBe('INGEST.UNKNOWN_ENCODING');
    expect(await code(post(['{}'], { idempotencyKey: 'two words' }))).toBe('INGEST.BAD_KEY');
    expect(await kept()).toEqual([]);
  }, 30_000);
});

describe('the bulk form', () => {
  it('answers one item per action, in order', async () => {
    source = infoOf(await house.ingest.sources.add({ kind: 'http', name: 'bulk' }));
    const { answer } = await receiveElasticBulk(
      context(),
      stream(
        '{"create":{"_index":"filebeat","_id":"one"}}\n{"message":"a"}\n{"index":{}}\n{"torn"\n',
        '{"delete":{"_id":"x"}}\n{"update":{"_id":"x"}}\n{"doc":{}}\n{"index":{}}\n{"message":"b"}\n',
      ),
      { source },
    );
    expect(answer.errors).toBe(true);
    expect(answer.items.map((item) => Object.entries(item).map(([verb, { status }]) => [verb, status])[0])).toEqual([
      ['create', 201],
      ['index', 400],
      ['delete', 400],
      ['update', 400],
      ['index', 201],
    ]);
    expect(answer.items[0]).toMatchObject({ create: { _index: 'filebeat', _id: 'one', result: 'created' } });
    const events = await house.events(source.source_id);
    expect(events.map((event) => event.raw_data)).toEqual(['{"message":"a"}', '{"message":"b"}']);
    expect(events[0]?.uid).toBe('one');
  });

  it('keeps nothing when a line is no action', async () => {
    source = infoOf(await house.ingest.sources.add({ kind: 'http', name: 'bulk 2' }));
    const bulk = receiveElasticBulk(context(), stream('{"index":{}}\n{"a":1}\n{"oops":1}\n'), { source });
    await expect(bulk).rejects.toMatchObject({ code: 'INGEST.BULK_ACTION', where: { line: 3 } });
    expect(await kept()).toEqual([]);
  });

  it('greets senders as an Elasticsearch', () => {
    expect(elasticGreeting('GET', '/')?.body).toMatchObject({ version: { number: expect.stringMatching(/^8\./) } });
    expect(elasticGreeting('HEAD', '/_index_template/filebeat-8.19.0')?.status).toBe(200);
    expect(elasticGreeting('PUT', '/_ilm/policy/filebeat')?.body).toEqual({ acknowledged: true });
    expect(elasticGreeting('GET', '/_search')).toBeUndefined();
  });
});
