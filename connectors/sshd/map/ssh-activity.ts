import { fieldsOf } from '../../../src/connector/index.ts';
import { sshdEvent } from './places.ts';

/** OCSF Network activities: 1 Open, 2 Close, 3 Reset, 4 Fail, 5 Refuse; 99 for what has none, with its own name. */
const activities: Readonly<Record<string, number>> = {
  connection: 1,
  session_started: 1,
  connection_closed: 2,
  disconnected: 2,
  received_disconnect: 2,
  connection_reset: 3,
  no_identification: 4,
  bad_protocol: 4,
  no_matching_algorithm: 4,
  protocol_error: 4,
  login_timeout: 4,
  connection_dropped: 5,
  connection_refused: 5,
};

/** OCSF SSH Activity (4007): what happens to a connection apart from the outcome of a login. */
export function sshActivityOf(
  view: Readonly<Record<string, unknown>>,
  time: number,
  rawData: string,
): Record<string, unknown> {
  const fields = fieldsOf(view);
  const event = fields.text('event') ?? 'other';
  const activityId = activities[event] ?? 99;
  const user = fields.text('user');
  const pid = fields.integer('pid');
  const program = fields.text('program');
  const attributes = {
    activity_name: activityId === 99 ? event : undefined,
    actor: {
      user: { name: user },
      process: pid === undefined ? undefined : { pid, name: program },
      app_name: pid === undefined ? program : undefined,
    },
  };
  return sshdEvent({ classUid: 4007, activityId, event, time, rawData }, fields, attributes);
}
