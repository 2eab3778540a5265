import { integerOf, textOf } from '../../../src/connector/index.ts';
import { isDnsRequest } from '../sides.ts';
import { connectionOf, eveMap, listOf, trafficOf } from './places.ts';

const rcodes: Readonly<Record<string, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
};

/** OCSF DNS Activity (4003) of version 2 and version 3 records: 1 Query, 2 Response. OCSF has one query; more stay in unmapped. */
export const dnsActivityOf = eveMap((fields, _metadata, eve) => {
  const type = fields.text('dns', 'type');
  const queries = listOf(eve['dns'])[0]?.['queries'];
  const isList = Array.isArray(queries);
  const [first] = isList ? listOf(queries) : [];
  if (isList && queries.length === 1) fields.value('dns', 'queries');
  const hostname = textOf(first?.['rrname']) ?? fields.text('dns', 'rrname');
  const recordType = textOf(first?.['rrtype']) ?? fields.text('dns', 'rrtype');
  const rcode = fields.text('dns', 'rcode');
  const answers = listOf(fields.value('dns', 'answers')).flatMap((answer) => {
    const rdata = textOf(answer['rdata']);
    return rdata === undefined ? [] : [{ rdata, type: textOf(answer['rrtype']), ttl: integerOf(answer['ttl']) }];
  });
  const attributes = {
    ...connectionOf(fields),
    ...trafficOf(fields),
    query: hostname === undefined ? undefined : { hostname, type: recordType, packet_uid: fields.integer('dns', 'id') },
    answers,
    // The text of a known code would have to be OCSF's own spelling, so only others keep theirs.
    rcode: rcode !== undefined && rcodes[rcode] === undefined ? rcode : undefined,
    rcode_id: rcode === undefined ? undefined : (rcodes[rcode] ?? 99),
  };
  return { classUid: 4003, activityId: type === undefined ? 0 : isDnsRequest({ type }) ? 1 : 2, attributes };
});
