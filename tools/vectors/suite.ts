/** What one suite found: each failure says which vector and why, each skip what is not there. */
export interface SuiteResult {
  passed: number;
  failed: readonly string[];
  skipped: readonly string[];
}

/** Vector tests of one standard. */
export interface Suite {
  name: string;
  /** @param dir a folder of the shape of the standards' corpus */
  run(dir: string): SuiteResult;
}
