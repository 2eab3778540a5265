import { LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../../base/errors.ts';
import { checkReferences } from './check-references.ts';
import { Playbook } from './playbook.ts';
import type { PlaybookProblem } from './problem.ts';

const maxBytes = 4 * 1_024 * 1_024;
const maxSteps = 5_000;
const maxProblems = 50;

/** Reads a CACAO 2.0 playbook from JSON text and makes every check. Problems say line and column in the text. */
export function readPlaybook(text: string): { playbook: Playbook } | { problems: PlaybookProblem[] } {
  if (Buffer.byteLength(text) > maxBytes)
    return { problems: [{ path: [], message: `It is larger than ${maxBytes} bytes.`, fix: 'Split the playbook.' }] };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return {
      problems: located(text, [{ path: [], message: `It is no JSON: ${messageOf(error)}`, fix: 'Correct the JSON.' }]),
    };
  }
  const parsed = Playbook.safeParse(value);
  if (!parsed.success)
    return {
      problems: located(
        text,
        parsed.error.issues.slice(0, maxProblems).map((issue) => ({
          path: issue.path.filter((part) => typeof part !== 'symbol'),
          message: `${issue.path.join('.') || 'playbook'}: ${issue.message}`,
          fix: 'See the CACAO 2.0 schema of this property.',
        })),
      ),
    };
  if (Object.keys(parsed.data.workflow).length > maxSteps)
    return {
      problems: [{ path: ['workflow'], message: `It has more than ${maxSteps} steps.`, fix: 'Split the playbook.' }],
    };
  const problems = checkReferences(parsed.data);
  return problems.length > 0 ? { problems: located(text, problems.slice(0, maxProblems)) } : { playbook: parsed.data };
}

/** JSON is YAML: its parser knows where each value stands. */
function located(text: string, problems: readonly PlaybookProblem[]): PlaybookProblem[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'core', logLevel: 'silent', uniqueKeys: false });
  const broken = document.errors[0];
  return problems.map((problem) => {
    let offset = broken?.pos[0];
    for (let depth = problem.path.length; offset === undefined && depth >= 0; depth -= 1) {
      const node: unknown = document.getIn(problem.path.slice(0, depth), true);
      if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
        const start: unknown = node.range[0];
        if (typeof start === 'number') offset = start;
      }
    }
    if (offset === undefined) return problem;
    const { line, col } = lines.linePos(offset);
    return { ...problem, line, column: col };
  });
}
