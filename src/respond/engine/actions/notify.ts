import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../../base/clock.ts';
import { idFrom } from '../../../base/ids.ts';
import type { DeliveryOutcome, Notification, Notifier } from '../../../connector/index.ts';
import type { Database } from '../../../db/index.ts';
import type { Incident } from '../../../schema/incident.ts';
import { incidentById } from '../../../triage/index.ts';
import type { ActionCall, OuterAction } from '../action.ts';
import { beginNotification, finishNotification } from '../store/notifications.ts';

const maxTextChars = 16_000;
const firstPauseMs = 1_000;
const maxPauseMs = 30_000;

/**
 * `firebreak:notify`: sends the command's text to every configured notifier. Each delivery has a row and an id of its own:
 * after a crash what was delivered is not sent again, and what may have been delivered only where the receiver drops
 * repeats. Succeeds when at least one was delivered and none failed.
 * @param consoleUrl where people reach the console, for the link
 */
export function notify(world: {
  db: Database;
  clock: Clock;
  notifiers: readonly Notifier[];
  consoleUrl?: string;
}): OuterAction {
  return {
    name: 'firebreak:notify',
    // Each delivery is guarded by its own row.
    isRepeatable: true,
    async run(call) {
      if (world.notifiers.length === 0)
        return { outcome: 'succeeded', detail: 'No notifier is configured: nobody outside was told.' };
      const incident = call.incidentId === null ? undefined : await incidentById(world.db.read, call.incidentId);
      const results = await Promise.all(
        world.notifiers.map(async (notifier) => ({ notifier, result: await deliver(world, notifier, call, incident) })),
      );
      const detail = results
        .map(({ notifier, result }) => `${notifier.name}: ${result.outcome}, ${result.detail}`)
        .join('; ');
      if (results.some(({ result }) => result.outcome === 'uncertain')) return { outcome: 'uncertain', detail };
      return {
        outcome: results.every(({ result }) => result.outcome === 'delivered') ? 'succeeded' : 'failed',
        detail,
      };
    },
  };
}

type Final = Exclude<DeliveryOutcome, { outcome: 'retry' }>;

async function deliver(
  world: { db: Database; clock: Clock; consoleUrl?: string },
  notifier: Notifier,
  call: ActionCall,
  incident: Incident | undefined,
): Promise<Final> {
  const { db, clock } = world;
  const id = idFrom('notification', call.effectKey, notifier.name);
  const notification = compose(id, call, incident, clock.now(), world.consoleUrl);
  const begun = await beginNotification(db.read, {
    id,
    tenantId: call.tenantId,
    executionId: call.executionId,
    incidentId: call.incidentId,
    notifier: notifier.name,
    title: notification.title,
  });
  if (begun.status !== 'attempting') return { outcome: begun.status, detail: begun.detail };
  let result: Final | undefined =
    begun.attempts > 1 && !notifier.dropsRepeats
      ? { outcome: 'uncertain', detail: 'The process ended while it waited for the answer; it is not sent again.' }
      : undefined;
  for (let pauseMs = firstPauseMs; result === undefined; pauseMs = Math.min(maxPauseMs, pauseMs * 2)) {
    const answer = await notifier.send(notification, call.signal);
    if (answer.outcome !== 'retry') result = answer;
    else {
      // Jitter keeps many that failed together from coming back together.
      const waitMs = Math.max(answer.retryAfterMs ?? 0, pauseMs / 2 + randomInt(pauseMs));
      await pause(waitMs, undefined, { signal: call.signal }).catch(() => {});
      if (call.signal.aborted)
        result = { outcome: 'failed', detail: `Given up when the step's time was over: ${answer.detail}` };
    }
  }
  await finishNotification(db.read, id, result.outcome, result.detail);
  return result;
}

function compose(
  id: string,
  call: ActionCall,
  incident: Incident | undefined,
  nowMs: number,
  consoleUrl: string | undefined,
): Notification {
  const mark = call.isDemonstration ? '[demonstration] ' : '';
  const about = incident ? `Incident ${incident.number}: ${incident.title}` : call.playbookName;
  return {
    id,
    title: `${mark}${call.stepName}. ${about}`.slice(0, 300),
    text: visible(`${about}\n\n${call.text}`).slice(0, maxTextChars),
    severityId: incident?.severity_id ?? 1,
    at: nowMs,
    ...(consoleUrl !== undefined && incident ? { url: new URL(`/incidents/${incident.id}`, consoleUrl).href } : {}),
    data: {
      execution_id: call.executionId,
      incident_id: call.incidentId,
      ...(incident ? { incident_number: incident.number, risk_score: incident.risk_score } : {}),
      playbook: call.playbookName,
      step: call.stepName,
      is_demonstration: call.isDemonstration,
    },
  };
}

/** Log text may hold anything; control characters but the newline are written out. */
function visible(text: string): string {
  return text.replaceAll(/(?!\n)\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
