import { createEvaluator, createIndex, linkRules, parseDocuments } from '../src/standards/sigma/index.ts';

/** Values of placeholders, by name. */
type Placeholders = Readonly<Record<string, readonly string[]>>;

/** What is wrong with a document, as `CODE line:column` without the room's name. */
export function problemsOf(text: string, placeholders: Placeholders = {}): string[] {
  return linkRules(parseDocuments(text, 'rule.yml', placeholders)).documents.flatMap(({ problems }) =>
    problems.map(({ error }) => `${error.code.replace('SIGMA.', '')} ${error.where?.line}:${error.where?.column}`),
  );
}

/** A rule of any logsource with this detection; JSON is YAML. */
export function ruleText(detection: unknown): string {
  return JSON.stringify({ title: 't', logsource: {}, detection });
}

/** Whether the rule of this text fires on the event. Throws when it has a problem, or when index and oracle disagree. */
export function firesOn(
  text: string,
  event: Readonly<Record<string, unknown>>,
  placeholders: Placeholders = {},
): boolean {
  const problems = problemsOf(text, placeholders);
  if (problems.length > 0) throw new Error(problems.join(', '));
  const { rules } = linkRules(parseDocuments(text, 'rule.yml', placeholders));
  const [oracle, index] = [createEvaluator(rules), createIndex(rules)].map(
    (evaluator) => evaluator.evaluate(event, [{}]).length === 1,
  );
  if (oracle !== index) throw new Error(`oracle: ${oracle}, index: ${index}`);
  return oracle === true;
}

/** The same of a rule of one item. */
export function itemFires(
  key: string,
  value: unknown,
  event: Readonly<Record<string, unknown>>,
  placeholders: Placeholders = {},
): boolean {
  return firesOn(ruleText({ s: { [key]: value }, condition: 's' }), event, placeholders);
}
