import { newId } from '../base/ids.ts';
import { storableText } from '../base/storable-text.ts';
import type { Tx } from '../db/index.ts';
import type { Act } from '../triage/index.ts';
import { incidentOf, putOnRecord } from './act.ts';
import { errors } from './errors.ts';
import { insertTask, writeTaskEnd, type Task } from './store/tasks.ts';

/** Something to do for an incident. Throws RECORD.NO_INCIDENT. */
export async function addTask(
  tx: Tx,
  request: { incidentId: string; title: string; assignee?: string; dueAt?: Date },
  act: Act,
): Promise<Task> {
  const incident = await incidentOf(tx, request.incidentId);
  const task: Task = {
    id: newId('task', act.at),
    tenant_id: incident.tenant_id,
    incident_id: incident.id,
    title: storableText(request.title),
    status: 'open',
    assignee: request.assignee === undefined ? null : storableText(request.assignee),
    due_at: request.dueAt ?? null,
    created_by: act.by,
    created_at: new Date(act.at),
    ended_by: null,
    ended_at: null,
  };
  await insertTask(tx, task);
  const body = { title: task.title, assignee: task.assignee, due_at: task.due_at?.toISOString() ?? null };
  await putOnRecord(tx, task, { kind: 'task.added', summary: `Task: ${task.title}`, body }, act);
  return task;
}

/** Throws RECORD.NO_TASK when it is not open. */
export async function endTask(tx: Tx, request: { id: string; status: 'done' | 'cancelled' }, act: Act): Promise<Task> {
  const task = await writeTaskEnd(tx, request.id, request.status, act.by, act.at);
  if (!task) throw errors.NO_TASK([request.id]);
  const summary = `Task ${request.status}: ${task.title}`;
  await putOnRecord(tx, task, { kind: `task.${request.status}`, summary, body: {} }, act);
  return task;
}
