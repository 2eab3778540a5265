import type { Format } from '../../connector/index.ts';
import type { RawEvent, SourceInfo } from '../../schema/event.ts';
import type { Finding } from '../../schema/finding.ts';
import type { ParsedDocument } from '../../standards/sigma/index.ts';
import { contextOf } from '../read-batches.ts';
import { formatsOf, lineReader } from '../read-line.ts';
import { createContent, type Content } from '../rules/content.ts';
import { createRehearsal } from '../rules/rehearse.ts';
import { wholeEvents } from '../whole-events.ts';

/** Events that arrived together, with what is known of their source. */
export interface PastEvents {
  source: SourceInfo;
  events: readonly RawEvent[];
}

export interface RehearsedRule {
  id: string;
  title: string;
  /** Findings with the revision in force, and with the next one. */
  present: number;
  next: number;
}

export interface RevisionRehearsal {
  events: number;
  /** Events that no format read. */
  unread: number;
  present: number;
  next: number;
  /** Rules whose number of findings differs, the largest difference first. */
  rules: RehearsedRule[];
}

/** Runs past events, the oldest first, through two sets of documents in memory; nothing is written. */
export async function rehearseRevisions(
  past: AsyncIterable<PastEvents>,
  sets: { present: readonly ParsedDocument[]; next: readonly ParsedDocument[] },
  formats: ReadonlyMap<string, Format>,
): Promise<RevisionRehearsal> {
  const present = runOf(createContent(sets.present));
  const next = runOf(createContent(sets.next));
  const readers = new Map<string, ReturnType<typeof lineReader>>();
  let [events, unread] = [0, 0];
  for await (const { source, events: arrived } of past) {
    let reader = readers.get(source.format);
    if (!reader) readers.set(source.format, (reader = lineReader(formats, source.format)));
    for (const { index, raw } of wholeEvents(arrived, formatsOf(formats, source.format))) {
      events += 1;
      const line = reader(raw.raw_data, contextOf(source, raw));
      if (!line) unread += 1;
      else
        for (const run of [present, next])
          for (const finding of await run.take({ source, index, raw, read: line.read })) run.note(finding);
    }
  }
  for (const run of [present, next]) for (const finding of await run.finish()) run.note(finding);
  const ids = new Set([...present.byRule.keys(), ...next.byRule.keys()]);
  const rules = [...ids].map((id) => ({
    id,
    title: next.titles.get(id) ?? present.titles.get(id) ?? id,
    present: present.byRule.get(id)?.size ?? 0,
    next: next.byRule.get(id)?.size ?? 0,
  }));
  return {
    events,
    unread,
    present: present.ids.size,
    next: next.ids.size,
    rules: rules
      .filter((rule) => rule.present !== rule.next)
      .sort((left, right) => Math.abs(right.next - right.present) - Math.abs(left.next - left.present)),
  };
}

function runOf(content: Content) {
  const ids = new Set<string>();
  const byRule = new Map<string, Set<string>>();
  const titles = new Map<string, string>();
  return {
    ...createRehearsal(content),
    ids,
    byRule,
    titles,
    note({ id, rule_id: rule, rule_title: title }: Finding) {
      ids.add(id);
      titles.set(rule, title);
      const ofRule = byRule.get(rule);
      if (ofRule) ofRule.add(id);
      else byRule.set(rule, new Set([id]));
    },
  };
}
