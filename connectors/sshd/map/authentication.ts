import { fieldsOf } from '../../../src/connector/index.ts';
import type { SshdMessage } from '../message.ts';
import { sshdEvent } from './places.ts';

/** Events that tell how an attempt to log in ended, with the OCSF status_id (1 success, 2 failure). */
const outcomes: Readonly<Record<string, number>> = {
  invalid_user: 2,
  invalid_user_request: 2,
  user_not_allowed: 2,
  max_auth_exceeded: 2,
  pam_authentication_failure: 2,
  pam_error: 2,
  root_login_refused: 2,
  session_opened: 1,
  session_closed: 1,
};

function statusOf(event: string): number | undefined {
  if (event.startsWith('accepted_')) return 1;
  if (event.startsWith('failed_')) return 2;
  return outcomes[event];
}

/** Authentication needs a user (OCSF 3002); what names none is SSH Activity. */
export function isAuthentication(read: SshdMessage): boolean {
  return Boolean(read.user) && statusOf(read.event) !== undefined;
}

/** OCSF Authentication (3002): 1 Logon, 2 Logoff. */
export function authenticationOf(
  view: Readonly<Record<string, unknown>>,
  time: number,
  rawData: string,
): Record<string, unknown> {
  const fields = fieldsOf(view);
  const event = fields.text('event') ?? '';
  const method = fields.text('auth_method');
  const pid = fields.integer('pid');
  const attributes = {
    status_id: statusOf(event),
    user: { name: fields.text('user') },
    service: { name: 'sshd' },
    is_remote: true,
    auth_protocol: method,
    auth_protocol_id: method === undefined ? undefined : 99,
    logon_process: pid === undefined ? undefined : { pid, name: fields.text('program') },
  };
  return sshdEvent(
    { classUid: 3002, activityId: event === 'session_closed' ? 2 : 1, event, time, rawData },
    fields,
    attributes,
  );
}
