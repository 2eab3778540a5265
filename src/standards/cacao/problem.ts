/** What is wrong with a playbook: where in it, what, and how to put it right. */
export interface PlaybookProblem {
  /** Property names and list indexes from the playbook's root. */
  path: readonly (string | number)[];
  message: string;
  fix: string;
  /** From 1, where the text is known. */
  line?: number;
  column?: number;
}
