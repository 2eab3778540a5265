export type { By, ContainmentQuery, Containments, RequestOutcome, ShadowRecord } from './containments.ts';
export type { Decision, DecisionOutcome, ContainmentRequest } from './guard/facts.ts';
export { checkTarget, type TargetCheck } from './guard/check-target.ts';
export { loadPolicies, refusingPolicies, type Policies } from './guard/policies.ts';
export { readStop, removeStop, writeStop, type Stop } from './guard/stop-switch.ts';
export { createContainments } from './contain/create-containments.ts';
export { createEnforcement } from './enforce/create-enforcement.ts';
export type { Enforcement, PointSettings, PointState, Witness } from './enforce/points.ts';
export { createPulledLists, type PulledLists } from './enforce/pulled-lists.ts';
export { verificationOf } from './enforce/verify.ts';
export { createStage, type Responded, type RespondStage } from './stage.ts';
export {
  defaultApprovalS,
  defaultEscalationS,
  unaidedSettings,
  type FactSources,
  type RespondSettings,
} from './settings.ts';
export type { Choice, ContainmentWish, LoadedPlaybook } from './playbook/playbook.ts';
export { createPlaybooks, type Playbooks, type RejectedPlaybook } from './playbook/playbooks.ts';
export type { Execution, ExecutionStatus, StepExecution, StepStatus } from './engine/execution.ts';
export { executionById, listExecutions, stepsOfExecution, type ExecutionQuery } from './engine/store/executions.ts';
export { startEngine, type EngineOptions, type RunningEngine } from './engine/start-engine.ts';
export { startEngineProcess, type EngineProcess } from './engine/engine-process.ts';
export { EngineSettings } from './engine/engine-settings.ts';
export { actionNames, respondActions } from './engine/actions/respond-actions.ts';
export { containmentsOfIncident } from './store/containments.ts';
