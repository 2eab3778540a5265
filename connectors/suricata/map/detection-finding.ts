import { connectionOf, eveMap } from './places.ts';

/** Suricata's alert.severity 1 (worst) to 4 as OCSF severity_id. */
const severities: Readonly<Record<number, number>> = { 1: 4, 2: 3, 3: 2, 4: 1 };

/** OCSF Detection Finding (2004): the rule is the analytic, the connection the evidence. */
export const detectionFindingOf = eveMap((fields, metadata) => {
  const signature = fields.text('alert', 'signature');
  const sid = fields.text('alert', 'signature_id');
  const category = fields.text('alert', 'category');
  const action = fields.text('alert', 'action');
  const evidence = connectionOf(fields);
  const hasPlace = evidence['src_endpoint'] !== undefined || evidence['dst_endpoint'] !== undefined;
  const attributes = {
    message: signature,
    is_alert: true,
    status_id: 1,
    action_id: action === 'blocked' ? 2 : action === 'allowed' ? 1 : undefined,
    disposition_id: action === 'blocked' ? 2 : action === 'allowed' ? 1 : undefined,
    finding_info: {
      uid: [metadata['correlation_uid'], fields.text('alert', 'gid'), sid, metadata['original_time']].join(':'),
      title: signature,
      types: category === undefined ? undefined : [category],
      analytic: { type_id: 1, uid: sid ?? '0', name: signature, version: fields.text('alert', 'rev'), category },
    },
    evidences: hasPlace ? [evidence] : undefined,
  };
  return {
    classUid: 2004,
    activityId: 1,
    severityId: severities[fields.integer('alert', 'severity') ?? 0] ?? 0,
    attributes,
  };
});
