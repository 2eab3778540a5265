import { baseEvent } from './base-event.ts';
import { processOf, windowsOcsf, type ClassMap } from './places.ts';

/** OCSF DNS Activity (4003), 2 Response: Sysmon 22 tells of a query once it is answered. */
export const dnsActivity: ClassMap = (input) => {
  const { fields, record } = input;
  const hostname = fields.text('QueryName');
  if (hostname === undefined || record.computer === undefined) return baseEvent(input);
  const results = (fields.text('QueryResults') ?? '').split(';').filter((rdata) => rdata !== '' && rdata !== '-');
  const attributes = {
    query: { hostname },
    answers: results.slice(0, 64).map((rdata) => ({ rdata })),
    status_code: fields.text('QueryStatus'),
    src_endpoint: { hostname: record.computer },
    actor: {
      process: processOf(fields, { image: 'Image', pid: 'ProcessId', guid: 'ProcessGuid' }),
      user: { name: fields.text('User') },
    },
  };
  return windowsOcsf(input, 4003, 2, attributes);
};
