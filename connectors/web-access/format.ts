import { canonicalAddress } from '../../src/base/address.ts';
import { accessTime } from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
import { clientOf } from './client.ts';
import { readAccessLine, type AccessLine } from './line.ts';
import { httpActivityOf } from './map/http-activity.ts';

const logsources: readonly Logsource[] = [{ category: 'webserver' }];

const isAddress = (text: string): boolean => canonicalAddress(text) !== undefined;

function requestFields(request: string): Record<string, string> {
  const first = request.indexOf(' ');
  const last = request.lastIndexOf(' ');
  const method = request.slice(0, Math.max(first, 0));
  if (!/^[A-Za-z][A-Za-z_-]{0,31}$/.test(method)) return { request };
  const hasVersion = last > first && /^HTTP\/\d(?:\.\d)?$/.test(request.slice(last + 1));
  const uri = hasVersion ? request.slice(first + 1, last) : request.slice(first + 1);
  const mark = uri.indexOf('?');
  return {
    'cs-method': method,
    'cs-uri': uri,
    'cs-uri-stem': mark < 0 ? uri : uri.slice(0, mark),
    ...(mark < 0 ? {} : { 'cs-uri-query': uri.slice(mark + 1) }),
    ...(hasVersion ? { 'cs-version': request.slice(last + 1) } : {}),
  };
}

function viewOf(line: AccessLine): Record<string, unknown> {
  const view: Record<string, unknown> = { ...requestFields(line.request), 'sc-status': line.status };
  if (line.bytes !== undefined) view['sc-bytes'] = line.bytes;
  if (line.userAgent !== undefined) view['cs-user-agent'] = line.userAgent;
  if (line.referer !== undefined) view['cs-referer'] = line.referer;
  if (line.user !== undefined) view['cs-username'] = line.user;
  if (line.virtualHost !== undefined) {
    const colon = line.virtualHost.lastIndexOf(':');
    view['cs-host'] = line.virtualHost.slice(0, colon);
    view['s-port'] = Number(line.virtualHost.slice(colon + 1));
  }
  return view;
}

/** Most of SigmaHQ's rules look for paths in `cs-uri-query` too, as log systems have it that keep the URI in one field. */
function viewForRules(view: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const uri = view['cs-uri'];
  if (uri === undefined) return { ...view };
  const query = view['cs-uri-query'];
  return { ...view, 'cs-uri-query': query === undefined ? uri : [query, uri] };
}

function subjectsOf(view: Readonly<Record<string, unknown>>, context: ReadContext): Subject[] {
  const subjects: Subject[] = [];
  const add = (
    type: Subject['type'],
    field: string,
    role: Subject['role'],
    fieldTrust: Subject['field_trust'],
  ): void => {
    const value = view[field];
    if (typeof value === 'string' && value !== '')
      subjects.push({
        type,
        value: value.slice(0, 256),
        role,
        field,
        field_trust: fieldTrust,
        channel_trust: context.channelTrust,
      });
  };
  add('ip', 'c-ip', 'actor', 'anchored');
  add('ip', 'proxy-ip', 'intermediary', 'anchored');
  add('user', 'cs-username', 'target', 'free');
  add('host', 'cs-host', 'victim', 'anchored');
  return subjects;
}

/** Access logs of Apache (common, combined, vhost_combined) and nginx (combined, main). */
export const webAccess: Format = {
  name: 'web-access',
  title: 'Apache and nginx access log',
  feeds: logsources,
  recognise(line) {
    return readAccessLine(line, isAddress) ? 2 : 0;
  },
  read(line, context) {
    const read = readAccessLine(line, isAddress);
    if (!read) return undefined;
    const view = viewOf(read);
    // nginx's "main" has X-Forwarded-For right after the user agent; a source with trusted proxies must log it there.
    const [forwardedFor] = read.more;
    if (forwardedFor !== undefined && forwardedFor !== '-') view['x-forwarded-for'] = forwardedFor;
    const peer = canonicalAddress(read.client);
    if (peer === undefined) view['c-host'] = read.client.slice(0, 255);
    else {
      const client = clientOf(peer, forwardedFor, context);
      if (client.actor !== undefined) view['c-ip'] = client.actor;
      if (client.proxy !== undefined) view['proxy-ip'] = client.proxy;
    }
    const time = accessTime(read.timeText);
    return {
      ...(time === undefined ? {} : { time }),
      logsources,
      view: viewForRules(view),
      subjects: subjectsOf(view, context),
      toOcsf: () => httpActivityOf(view, time ?? context.receivedAt, line),
    };
  },
};
