import { baseEvent } from './base-event.ts';
import { endpointOf, processOf, windowsOcsf, type ClassMap } from './places.ts';

/** OCSF Network Activity (4001), 1 Open: Sysmon 3. */
export const networkActivity: ClassMap = (input) => {
  const { fields } = input;
  const source = endpointOf(fields, 'SourceIp', 'SourcePort');
  const destination = endpointOf(fields, 'DestinationIp', 'DestinationPort');
  if (!source && !destination) return baseEvent(input);
  const hostname = fields.text('DestinationHostname');
  const initiated = fields.text('Initiated')?.toLowerCase();
  const attributes = {
    src_endpoint: source,
    dst_endpoint: destination && { ...destination, hostname: hostname === '-' ? undefined : hostname },
    connection_info: {
      // 1 inbound, 2 outbound.
      direction_id: initiated === 'true' ? 2 : initiated === 'false' ? 1 : 0,
      protocol_name: fields.text('Protocol')?.toLowerCase(),
    },
    actor: {
      process: processOf(fields, { image: 'Image', pid: 'ProcessId', guid: 'ProcessGuid' }),
      user: { name: fields.text('User') },
    },
  };
  return windowsOcsf(input, 4001, 1, attributes);
};
