import { describe, expect, it } from 'vitest';
import { accessTime, epochTime, isoTime, recordTime, syslogTime, utcTime } from './event-time.ts';

const utc = { receivedAt: Date.UTC(2026, 10, 21, 12), timeZone: '' };
const berlin = { ...utc, timeZone: 'Europe/Berlin' };
const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());

describe('isoTime', () => {
  it.each([
    ['2019-04-27T15:57:25.868863200Z', '2019-04-27T15:57:25.868Z'],
    ['2019-04-27T15:57:25.8688632Z', '2019-04-27T15:57:25.868Z'],
    ['2017-03-25T16:49:58.856335-0600', '2017-03-25T22:49:58.856Z'],
    ['2020-10-18 07:50:06.220', '2020-10-18T07:50:06.220Z'],
    ['2026-01-01T00:00:00,9Z', '2026-01-01T00:00:00.900Z'],
    ['2026-01-01T00:00:00+05:30', '2025-12-31T18:30:00.000Z'],
    ['2026-01-01T00:00:00-03', '2026-01-01T03:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['2024-02-29T12:00Z', '2024-02-29T12:00:00.000Z'],
  ])('reads %s', (text, expected) => {
    expect(iso(isoTime(text, utc))).toBe(expected);
  });

  it.each([
    '2023-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:00+99:00',
    'now',
    '',
  ])('refuses %s', (text) => {
    expect(isoTime(text, utc)).toBeUndefined();
  });

  it('takes the zone of the source when the text names none, in summer and in winter', () => {
    expect(iso(isoTime('2026-07-01 12:00:00', berlin))).toBe('2026-07-01T10:00:00.000Z');
    expect(iso(isoTime('2026-12-01 12:00:00', berlin))).toBe('2026-12-01T11:00:00.000Z');
    expect(iso(isoTime('2026-07-01 12:00:00', { ...utc, timeZone: 'Asia/Kathmandu' }))).toBe(
      '2026-07-01T06:15:00.000Z',
    );
  });

  it('takes the offset from before in the hour that a zone leaves out', () => {
    expect(iso(isoTime('2026-03-29 02:30:00', berlin))).toBe('2026-03-29T01:30:00.000Z');
    expect(iso(isoTime('2026-03-29 01:59:59', berlin))).toBe('2026-03-29T00:59:59.000Z');
    expect(iso(isoTime('2026-03-29 03:00:00', berlin))).toBe('2026-03-29T01:00:00.000Z');
  });

  it('takes the reading nearest to the arrival in the hour that a zone repeats', () => {
    const first = { ...berlin, receivedAt: Date.UTC(2026, 9, 25, 0, 31) };
    const second = { ...berlin, receivedAt: Date.UTC(2026, 9, 25, 1, 31) };
    expect(iso(isoTime('2026-10-25 02:30:00', first))).toBe('2026-10-25T00:30:00.000Z');
    expect(iso(isoTime('2026-10-25 02:30:00', second))).toBe('2026-10-25T01:30:00.000Z');
  });

  it('reads a zone that the platform does not know as UTC', () => {
    expect(iso(isoTime('2026-07-01 12:00:00', { ...utc, timeZone: 'Mars/Olympus' }))).toBe('2026-07-01T12:00:00.000Z');
  });
});

describe('syslogTime', () => {
  const clock = ['23', '59', '59'];
  it('gives December to the old year when the line arrives in January', () => {
    const context = { ...utc, receivedAt: Date.UTC(2027, 0, 1, 0, 0, 2) };
    expect(iso(syslogTime('Dec', 31, clock, undefined, context))).toBe('2026-12-31T23:59:59.000Z');
  });

  it('gives January to the new year when the sender’s clock is a little ahead', () => {
    const context = { ...utc, receivedAt: Date.UTC(2026, 11, 31, 23, 59, 58) };
    expect(iso(syslogTime('Jan', 1, ['00', '00', '01'], undefined, context))).toBe('2027-01-01T00:00:01.000Z');
  });

  it('gives a month that is yet to come to the last year', () => {
    expect(iso(syslogTime('Dec', 10, ['06', '55', '46'], undefined, utc))).toBe('2025-12-10T06:55:46.000Z');
  });

  it('gives 29 February to the last year that had one', () => {
    expect(iso(syslogTime('Feb', 29, clock, undefined, utc))).toBe('2024-02-29T23:59:59.000Z');
  });

  it('settles the year in the zone of the source', () => {
    const context = { receivedAt: Date.UTC(2026, 11, 31, 16), timeZone: 'Asia/Tokyo' };
    expect(iso(syslogTime('Jan', 1, ['00', '59', '59'], undefined, context))).toBe('2026-12-31T15:59:59.000Z');
  });

  it.each([
    ['Foo', 1],
    ['Feb', 30],
    ['Jan', 0],
  ])('refuses %s %i', (month, day) => {
    expect(syslogTime(month, day, clock, undefined, utc)).toBeUndefined();
  });
});

describe('accessTime', () => {
  it('reads a web server’s time', () => {
    expect(iso(accessTime('22/Dec/2016:15:19:05 +0300'))).toBe('2016-12-22T12:19:05.000Z');
  });
  it.each(['22/Foo/2016:15:19:05 +0300', '32/Dec/2016:15:19:05 +0300', '22/Dec/2016:15:19:05'])(
    'refuses %s',
    (text) => {
      expect(accessTime(text)).toBeUndefined();
    },
  );
});

describe('epochTime and recordTime', () => {
  it.each([
    [1521911721.255387, '2018-03-24T17:15:21.255Z'],
    ['1521911721', '2018-03-24T17:15:21.000Z'],
    ['1521911721.5', '2018-03-24T17:15:21.500Z'],
    [1521911721255, '2018-03-24T17:15:21.255Z'],
    ['1521911721255387', '2018-03-24T17:15:21.255Z'],
    ['1521911721255387000', '2018-03-24T17:15:21.255Z'],
  ])('reads %s', (value, expected) => {
    expect(iso(epochTime(value))).toBe(expected);
    expect(iso(recordTime(value, utc))).toBe(expected);
  });
  it.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY, '', 'x', '1e9', true, undefined, {}, 1e20])(
    'refuses %s',
    (value) => {
      expect(epochTime(value)).toBeUndefined();
    },
  );
});

describe('utcTime', () => {
  it('takes what names no zone as UTC, and every other form too', () => {
    expect(iso(utcTime('2026-07-01 12:00:00'))).toBe('2026-07-01T12:00:00.000Z');
    expect(iso(utcTime('2026-07-01T12:00:00+02:00'))).toBe('2026-07-01T10:00:00.000Z');
    expect(iso(utcTime(1_782_900_000))).toBe('2026-07-01T10:00:00.000Z');
    expect(utcTime('noon')).toBeUndefined();
  });
});
