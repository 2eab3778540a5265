import { getStream, type Change } from '../../api/stream.ts';
import { can, type Access, type Actor } from '../../access/index.ts';
import type { Permission } from '../../schema/permission.ts';
import type { ChangeFeed, FedChange } from '../http/changes.ts';
import { credentialsOf } from '../http/credentials.ts';
import { onStream, type Owned } from '../http/register.ts';

const needs: Record<Change['type'], Permission> = {
  incident: 'incident.read',
  containment: 'containment.read',
  finding: 'finding.read',
  source: 'source.read',
  execution: 'execution.read',
  stop: 'stop.read',
};

const heartbeatMs = 15_000;
/** A reader that falls this far behind is told to fetch all again. */
const mostBufferedBytes = 256 * 1_024;

/** Whether this actor may hear of a change. */
export function mayHear(actor: Actor, fed: FedChange): boolean {
  return can(actor, needs[fed.change.type]) && (fed.tenantId === undefined || fed.tenantId === actor.tenantId);
}

export function streamRoutes(room: {
  access: Access;
  feed: ChangeFeed;
  wakeFeed: () => void;
  heartbeatMs?: number;
}): Owned[] {
  return [
    onStream(getStream, async ({ actor, request, reply }) => {
      const lastId = Number(request.headers['last-event-id'] ?? Number.NaN);
      const missed = Number.isSafeInteger(lastId) ? await room.feed.since(lastId) : [];
      reply.hijack();
      const socket = reply.raw;
      const headers = { ...reply.getHeaders() };
      socket.writeHead(200, {
        ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      let dropped = false;
      const write = (text: string) => {
        if (socket.writableLength > mostBufferedBytes) dropped = true;
        else if (dropped) {
          dropped = false;
          socket.write('event: resync\ndata: {}\n\n');
        } else socket.write(text);
      };
      const give = (changes: readonly FedChange[]) => {
        for (const fed of changes.filter((one) => mayHear(actor, one)))
          write(
            `${fed.place === undefined ? '' : `id: ${fed.place}\n`}event: change\ndata: ${JSON.stringify(fed.change)}\n\n`,
          );
      };
      write('retry: 2000\n\n');
      if (missed) give(missed);
      else write('event: resync\ndata: {}\n\n');
      const end = room.feed.subscribe(give);
      room.wakeFeed();
      const timer = setInterval(() => {
        write(': here\n\n');
        // A session that ended meanwhile hears nothing more; a database that is away is no reason to hang up.
        room.access.authenticate(credentialsOf(request.headers, request.cookies)).then(
          (still) => still ?? socket.end(),
          () => {},
        );
      }, room.heartbeatMs ?? heartbeatMs);
      socket.on('close', () => {
        clearInterval(timer);
        end();
      });
    }),
  ];
}
