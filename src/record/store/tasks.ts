import { z } from 'zod';
import { sql, type Tx } from '../../db/index.ts';

export const Task = z.object({
  id: z.string(),
  tenant_id: z.string(),
  incident_id: z.string(),
  title: z.string(),
  status: z.enum(['open', 'done', 'cancelled']),
  assignee: z.string().nullable(),
  due_at: z.date().nullable(),
  created_by: z.string(),
  created_at: z.date(),
  ended_by: z.string().nullable(),
  ended_at: z.date().nullable(),
});
export type Task = z.infer<typeof Task>;

const columns = sql`id, tenant_id, incident_id, title, status, assignee, due_at, created_by, created_at, ended_by, ended_at`;

export const insertTask = (tx: Tx, task: Task) =>
  tx.run(sql`insert into tasks (${columns}) values (${task.id}, ${task.tenant_id}, ${task.incident_id}, ${task.title},
    ${task.status}, ${task.assignee}, ${task.due_at}, ${task.created_by}, ${task.created_at}, ${task.ended_by}, ${task.ended_at})`);

/** undefined when it is not there or not open. */
export const writeTaskEnd = (tx: Tx, id: string, status: 'done' | 'cancelled', by: string, atMs: number) =>
  tx.maybe(
    Task,
    sql`update tasks set status = ${status}, ended_by = ${by}, ended_at = to_timestamp(${atMs} / 1000.0)
      where id = ${id} and status = 'open' returning ${columns}`,
  );

/** Oldest first. */
export const tasksOf = (tx: Tx, incidentId: string): Promise<Task[]> =>
  tx.many(Task, sql`select ${columns} from tasks where incident_id = ${incidentId} order by created_at, id`);
