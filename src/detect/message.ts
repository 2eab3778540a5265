/** A rule's `message`: text with `{count}`, `{group}`, `{title}` and `{field}`. Values are bounded and cannot break the line. */
export interface MessageTemplate {
  /** Fields that it asks for. */
  fields: readonly string[];
  fill(values: Readonly<Record<string, string>>): string;
}

const placeholder = /\{([A-Za-z0-9_.-]{1,64})\}/g;
const maxLength = 500;

export function messageTemplate(text: string): MessageTemplate {
  const bounded = text.slice(0, 1_000);
  return {
    fields: [...new Set([...bounded.matchAll(placeholder)].map((match) => match[1] ?? ''))],
    fill: (values) =>
      printable(
        bounded.replace(placeholder, (_all, name: string) =>
          Object.hasOwn(values, name) ? (values[name] ?? '-') : '-',
        ),
      ).slice(0, maxLength),
  };
}

/** A value of an event as it may stand in a message: at most 120 characters. */
export function shownValue(text: string): string {
  return printable(text.length > 120 ? `${text.slice(0, 117)}...` : text);
}

/** Control and direction characters as escapes: a log line must not write a second line or hide what it says. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
