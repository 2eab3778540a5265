import { canonicalAddress } from '../base/address.ts';
import type { EntityType, FieldTrust, Role, Subject } from '../schema/subject.ts';
import type { ReadContext } from './format.ts';
import { isTrustedProxy } from './trusted-proxy.ts';

/** Gathers the subjects of one event. */
export interface SubjectList {
  /**
   * Adds a value with its role; what is no text, is empty or (of type ip) is no address is passed over.
   * An address comes out canonical, may stand with a port (`192.0.2.1:443`, `[2001:db8::1]:443`), and as a trusted
   * proxy is an intermediary whatever its role. Longer texts are cut: a path of a program at 1,024, others at 256.
   */
  add(type: EntityType, value: unknown, role: Role, field: string, trust: FieldTrust): void;
  readonly subjects: readonly Subject[];
}

const withPort = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9a-fA-F:.]{2,45})\])(?::\d{1,5})?$/;

/** The canonical address of a text, also where a port stands behind it; undefined for anything else. */
export function addressOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 64) return undefined;
  const match = withPort.exec(value);
  return canonicalAddress(match?.[1] ?? match?.[2] ?? value);
}

export function subjectList(context: ReadContext): SubjectList {
  const subjects: Subject[] = [];
  return {
    subjects,
    add(type, value, role, field, trust) {
      if (typeof value !== 'string' || value === '') return;
      const text = type === 'ip' ? addressOf(value) : value.slice(0, type === 'process' ? 1_024 : 256);
      if (text === undefined) return;
      const part = type === 'ip' && isTrustedProxy(text, context) ? 'intermediary' : role;
      subjects.push({
        type,
        value: text,
        role: part,
        field,
        field_trust: trust,
        channel_trust: context.channelTrust,
      });
    },
  };
}
