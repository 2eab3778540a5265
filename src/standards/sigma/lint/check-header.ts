import type { FirebreakError } from '../../../base/errors.ts';
import { isRecord, type LocatedDocument } from '../yaml/located-document.ts';
import type { SigmaDocument } from '../rule.ts';
import { findings } from './findings.ts';
import { tacticOf } from './tactics.ts';

const recommended = {
  rule: ['id', 'status', 'description', 'author', 'date', 'references', 'tags', 'falsepositives', 'level'],
  correlation: ['id', 'status', 'description', 'author', 'date', 'level'],
  filter: ['id', 'description', 'author', 'date'],
} as const satisfies Record<SigmaDocument['kind'], readonly string[]>;

const statuses = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];
const relations = ['derived', 'obsolete', 'merged', 'renamed', 'similar'];

/** What a document says of itself: what is missing, and values that the standard does not know. */
export function checkHeader(doc: LocatedDocument, kind: SigmaDocument['kind']): FirebreakError[] {
  const { values } = doc;
  const found: FirebreakError[] = [];
  const isMissing = (key: string) => values[key] === undefined || values[key] === null || values[key] === '';
  const missing = recommended[kind].filter(isMissing);
  if (missing.length > 0) found.push(findings.MISSING_FIELDS([missing.join(', ')], { where: doc.where([]) }));
  const { id, status, related, tags } = values;
  if (typeof id === 'string' && !/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id))
    found.push(findings.BAD_ID([id], { where: doc.where(['id']) }));
  if (typeof status === 'string' && !statuses.includes(status))
    found.push(findings.BAD_STATUS([status], { where: doc.where(['status']) }));
  for (const key of ['date', 'modified'])
    if (!isMissing(key) && !isDate(values[key])) found.push(findings.BAD_DATE([key], { where: doc.where([key]) }));
  if (related !== undefined && related !== null && !isRelated(related))
    found.push(findings.BAD_RELATED([], { where: doc.where(['related']) }));
  for (const [index, tag] of (Array.isArray(tags) ? tags : []).entries())
    found.push(...checkTag(doc, String(tag), ['tags', index]));
  const logsource = isRecord(values['logsource']) ? values['logsource'] : {};
  for (const key of ['product', 'category', 'service']) {
    const value = logsource[key];
    if (typeof value === 'string' && /[A-Z\s]/.test(value))
      found.push(findings.LOGSOURCE_CASE([key], { where: doc.where(['logsource', key]) }));
  }
  return found;
}

function isDate(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

function isRelated(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((one) => isRecord(one) && typeof one['id'] === 'string' && relations.includes(String(one['type'])))
  );
}

/** Names in the namespaces of the standard's appendix on tags, in lower case. */
const names: Readonly<Record<string, RegExp>> = {
  attack: /^(?:t\d{4}(?:\.\d{3})?|[gsma]\d{4}|ds\d{4})$/,
  car: /^\d{4}-\d{2}-\d{3}$/,
  cve: /^\d{4}[-.]\d{4,}$/,
  d3fend: /^(?:d3f?-[a-z\d-]+|model|harden|detect|isolate|deceive|evict)$/,
  detection: /^(?:dfir|emerging-threats|threat-hunting)$/,
  stp: /^[1-5][auk]?$/,
  tlp: /^(?:red|amber|amber-strict|green|clear)$/,
};

function checkTag(doc: LocatedDocument, tag: string, path: readonly (string | number)[]): FirebreakError[] {
  const at = { where: doc.where(path) };
  const plain = tag.toLowerCase();
  const [namespace = '', ...rest] = plain.split('.');
  const name = rest.join('.');
  const pattern = Object.hasOwn(names, namespace) ? names[namespace] : undefined;
  if (namespace === 'attack' && tacticOf(name)) {
    const wanted = plain.replaceAll('_', '-');
    return wanted === tag ? [] : [findings.TAG_SPELLING([tag, wanted], at)];
  }
  if (!pattern?.test(name)) return [findings.UNKNOWN_TAG([tag], at)];
  return plain === tag || namespace === 'd3fend' ? [] : [findings.TAG_SPELLING([tag, plain], at)];
}
