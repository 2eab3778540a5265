import { z } from 'zod';
import { storableText } from '../../../base/storable-text.ts';
import { sql, type Tx } from '../../../db/index.ts';

const storable = (text: string) => storableText(text).slice(0, 2_000);

/** One message to one notifier. */
const NotificationRow = z.object({
  id: z.string(),
  notifier: z.string(),
  title: z.string(),
  status: z.enum(['attempting', 'delivered', 'uncertain', 'failed']),
  detail: z.string(),
  attempts: z.int(),
  created_at: z.date(),
  finished_at: z.date().nullable(),
});
export type NotificationRow = z.infer<typeof NotificationRow>;

/** Puts the intent to deliver on record; an unfinished one counts one attempt more. */
export function beginNotification(
  tx: Tx,
  notification: {
    id: string;
    tenantId: string;
    executionId: string;
    incidentId: string | null;
    notifier: string;
    title: string;
  },
): Promise<NotificationRow> {
  return tx.one(
    NotificationRow,
    sql`insert into notifications as n (id, tenant_id, execution_id, incident_id, notifier, title, status, attempts)
        values (${notification.id}, ${notification.tenantId}, ${notification.executionId}, ${notification.incidentId},
          ${notification.notifier}, ${storable(notification.title)}, 'attempting', 1)
        on conflict (id) do update set attempts = n.attempts + case when n.status = 'attempting' then 1 else 0 end
        returning *`,
  );
}

export async function finishNotification(
  tx: Tx,
  id: string,
  status: 'delivered' | 'uncertain' | 'failed',
  detail: string,
): Promise<void> {
  await tx.run(sql`
    update notifications set status = ${status}, detail = ${storable(detail)}, finished_at = now()
    where id = ${id} and status = 'attempting'`);
}

/** Who was told of an incident, oldest first. */
export function notificationsOfIncident(tx: Tx, incidentId: string): Promise<NotificationRow[]> {
  return tx.many(
    NotificationRow,
    sql`select * from notifications where incident_id = ${incidentId} order by created_at, id limit 1000`,
  );
}
