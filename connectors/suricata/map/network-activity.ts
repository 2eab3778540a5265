import { connectionOf, eveMap, trafficOf } from './places.ts';

/** OCSF Network Activity (4001): a flow is 2 Close, as EVE tells of it when it ends; the rest is 6 Traffic. SSH Activity (4007) for ssh. */
export const networkActivityOf = eveMap((fields, metadata) => {
  const eventType = metadata['event_code'];
  const version = fields.text('tls', 'version');
  const attributes = {
    ...connectionOf(fields),
    ...trafficOf(fields),
    tls: version === undefined ? undefined : { version, sni: fields.text('tls', 'sni') },
    ...(eventType === 'ssh' ? { protocol_ver: fields.text('ssh', 'client', 'proto_version') } : {}),
  };
  return { classUid: eventType === 'ssh' ? 4007 : 4001, activityId: eventType === 'flow' ? 2 : 6, attributes };
});
