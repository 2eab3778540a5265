/** A text or a list of texts, none of them twice; undefined when it is neither. */
export function differentTexts(raw: unknown): string[] | undefined {
  const texts = textList(raw);
  return texts && new Set(texts).size === texts.length ? texts : undefined;
}

/** A text or a list of texts; undefined when it is neither. */
export function textList(raw: unknown): string[] | undefined {
  const list: unknown[] = Array.isArray(raw) ? raw : [raw];
  const texts = list.filter((one): one is string => typeof one === 'string' && one !== '');
  return texts.length === list.length ? texts : undefined;
}
