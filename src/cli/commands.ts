import type { Command } from './command.ts';
import { configCommands } from './commands/config.ts';
import { containmentCommands } from './commands/containment.ts';
import { contentCommands } from './commands/content.ts';
import { databaseCommands } from './commands/database.ts';
import { demoCommands } from './commands/demo.ts';
import { doctorCommands } from './commands/doctor.ts';
import { explainCommands } from './commands/explain.ts';
import { incidentCommands } from './commands/incident.ts';
import { ledgerCommands } from './commands/ledger.ts';
import { replayCommands } from './commands/replay.ts';
import { ruleCommands } from './commands/rule.ts';
import { ruleCoverageCommands } from './commands/rule-coverage.ts';
import { ruleEvalCommands } from './commands/rule-eval.ts';
import { ruleExplainCommands } from './commands/rule-explain.ts';
import { ruleLintCommands } from './commands/rule-lint.ts';
import { ruleListCommands } from './commands/rule-list.ts';
import { sourceCommands } from './commands/source.ts';
import { stopCommands } from './commands/stop.ts';
import { tokenCommands } from './commands/token.ts';
import { userCommands } from './commands/user.ts';

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  ...demoCommands,
  ...incidentCommands,
  ...containmentCommands,
  ...stopCommands,
  ...sourceCommands,
  ...ruleListCommands,
  ...ruleCommands,
  ...ruleEvalCommands,
  ...ruleExplainCommands,
  ...ruleCoverageCommands,
  ...ruleLintCommands,
  ...contentCommands,
  ...explainCommands,
  ...replayCommands,
  ...ledgerCommands,
  ...tokenCommands,
  ...userCommands,
  ...doctorCommands,
  ...databaseCommands,
  ...configCommands,
];
