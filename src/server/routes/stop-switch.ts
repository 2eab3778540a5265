import { getStop, resumeResponse, stopResponse, type StopState } from '../../api/stop-switch.ts';
import type { Clock } from '../../base/clock.ts';
import type { Database } from '../../db/index.ts';
import { append } from '../../ledger/index.ts';
import { readStop, removeStop, writeStop } from '../../respond/index.ts';
import { on, type Owned } from '../http/register.ts';

/** The file decides; the ledger remembers. A database that is away never stands in the way of stopping. */
export function stopRoutes(room: { db: Database; clock: Clock; stopFile: string; onChange(): void }): Owned[] {
  const { clock } = room;
  const state = (): StopState => {
    const stop = readStop(room.stopFile);
    return stop
      ? { is_stopped: true, since: isIso(stop.at) ? stop.at : null, by: stop.by, reason: stop.reason }
      : { is_stopped: false, since: null, by: null, reason: null };
  };
  const note = async (actor: { id: string; tenantId: string }, kind: string, summary: string) => {
    await append(room.db.read, [
      { tenant_id: actor.tenantId, at: clock.now(), kind, actor: actor.id, subject: 'stop', summary, body: {} },
    ]);
  };
  return [
    on(getStop, state),
    on(stopResponse, async ({ actor, body }) => {
      writeStop(room.stopFile, { by: actor.id, reason: body.reason, at: new Date(clock.now()).toISOString() });
      room.onChange();
      await note(actor, 'stop.stopped', `Response was stopped: ${body.reason}`).catch(() => {});
      return state();
    }),
    on(resumeResponse, async ({ actor }) => {
      // On record first: what goes on again must not go on unrecorded.
      await note(actor, 'stop.resumed', 'Response goes on.');
      removeStop(room.stopFile);
      room.onChange();
      return state();
    }),
  ];
}

function isIso(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text);
}
