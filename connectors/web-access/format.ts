import { canonicalAddress } from '../../src/base/address.ts';
import { accessTime, subjectList } from '../../src/connector/index.ts';
import type { Format, Logsource, ReadContext } from '../../src/connector/index.ts';
import type { Subject } from '../../src/schema/subject.ts';
import { clientOf } from './client.ts';
import { readAccessLine, type AccessLine } from './line.ts';
import { httpActivityOf } from './map/http-activity.ts';

const logsources: readonly Logsource[] = [{ category: 'webserver' }];

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

function subjectsOf(view: Readonly<Record<string, unknown>>, context: ReadContext): readonly Subject[] {
  const list = subjectList(context);
  list.add('ip', view['c-ip'], 'actor', 'c-ip', 'anchored');
  list.add('ip', view['proxy-ip'], 'intermediary', 'proxy-ip', 'anchored');
  list.add('user', view['cs-username'], 'target', 'cs-username', 'free');
  list.add('host', view['cs-host'], 'victim', 'cs-host', 'anchored');
  return list.subjects;
}

/** Access logs of Apache (common, combined, vhost_combined) and nginx (combined, main). */
export const webAccess: Format = {
  name: 'web-access',
  title: 'Apache and nginx access log',
  feeds: logsources,
  recognise(line) {
    return readAccessLine(line) ? 2 : 0;
  },
  read(line, context) {
    const read = readAccessLine(line);
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
