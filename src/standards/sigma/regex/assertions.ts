/** What stands on one side of a place in a text, as far as an assertion can tell; `edge`: nothing, the text begins or ends. */
export const sides = { other: 0, word: 1, line: 2, edge: 3 } as const;

/** As RE2's programs name them. */
export const assertions = {
  lineBegins: 1,
  lineEnds: 2,
  textBegins: 4,
  textEnds: 8,
  wordBoundary: 16,
  noWordBoundary: 32,
} as const;
export const allAssertions = 63;

/** The assertions that hold between two characters. */
export function assertionsBetween(before: number, after: number): number {
  const { word, line, edge } = sides;
  let held = (before === word) === (after === word) ? assertions.noWordBoundary : assertions.wordBoundary;
  if (before === edge) held |= assertions.textBegins;
  if (before === edge || before === line) held |= assertions.lineBegins;
  if (after === edge) held |= assertions.textEnds;
  if (after === edge || after === line) held |= assertions.lineEnds;
  return held;
}
