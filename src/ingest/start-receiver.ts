import type { SourceSettings } from '../schema/source.ts';
import { tailFiles } from './file/tail-files.ts';
import type { Receiver, ReceiverContext } from './receiver.ts';
import { receiveTcp, receiveTls } from './syslog/receive-stream.ts';
import { receiveUdp } from './syslog/receive-udp.ts';

const idle: Receiver = { stop: () => Promise.resolve() };

/** Starts what brings the events of a source. HTTP, replay and internal sources are fed by calls. */
export function startReceiver(context: ReceiverContext, settings: SourceSettings): Promise<Receiver> {
  switch (settings.kind) {
    case 'file':
      return tailFiles(context, settings);
    case 'demonstration':
      return tailFiles(context, {
        path: settings.path,
        start_at: 'beginning',
        max_event_bytes: 65_536,
        poll_ms: 250,
        rotate_wait_ms: 1_000,
      });
    case 'syslog-udp':
      return receiveUdp(context, settings);
    case 'syslog-tcp':
      return receiveTcp(context, settings);
    case 'syslog-tls':
      return receiveTls(context, settings);
    case 'http':
    case 'replay':
    case 'internal':
      return Promise.resolve(idle);
  }
}
