import { escapeControl } from '../../base/printable.ts';

/** OCSF 1.8.0: what both finding classes share. `activityId`: 1 create, 2 update, 3 close. */
export function ocsfHead(of: {
  classUid: number;
  activityId: 1 | 2 | 3;
  time: Date;
  severityId: number;
  uid: string;
  tenantId: string;
  message: string;
}): Record<string, unknown> {
  return {
    activity_id: of.activityId,
    category_uid: 2,
    class_uid: of.classUid,
    type_uid: of.classUid * 100 + of.activityId,
    time: of.time.getTime(),
    severity_id: of.severityId,
    message: escapeControl(of.message),
    metadata: {
      version: '1.8.0',
      uid: of.uid,
      tenant_uid: of.tenantId,
      product: { name: 'Firebreak', vendor_name: 'Firebreak' },
    },
  };
}

const observableTypes: Readonly<Record<string, number>> = {
  host: 1,
  domain: 1,
  ip: 2,
  user: 4,
  url: 6,
  file: 7,
  hash: 8,
  process: 9,
};

/** 12 is a subnet: an IPv6 source is its /64. 99: other. */
export function observable(name: string, type: string, value: string): Record<string, unknown> {
  const typeId = type === 'ip' && value.includes('/') ? 12 : (observableTypes[type] ?? 99);
  return { name, type_id: typeId, ...(typeId === 99 ? { type } : {}), value };
}
