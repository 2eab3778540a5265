import { isRecord, readJsonRecord, recordTime } from '../../src/connector/index.ts';
import type { Format, JsonRecord, Logsource, ReadContext } from '../../src/connector/index.ts';
import { baseEventOf } from './map.ts';
import { logonOf, subjectsOf, valueNamed } from './subjects.ts';

const timeFields = ['@timestamp', 'timestamp', 'time', 'ts', 'event.created', 'eventTime', 'datetime', 'date'];

function timeOf(record: JsonRecord, context: ReadContext): number | undefined {
  for (const field of timeFields) {
    const time = recordTime(valueNamed(record, field), context);
    if (time !== undefined) return time;
  }
  return undefined;
}

function isOcsfRecord(record: JsonRecord): boolean {
  const { class_uid: classUid, metadata } = record;
  return Number.isSafeInteger(classUid) && isRecord(metadata) && typeof metadata['version'] === 'string';
}

/** ECS names the product as event.module and its log as event.dataset (`module.log`). Others answer to no logsource of their own. */
function logsourceOf(record: JsonRecord): Logsource {
  const [module, dataset] = [valueNamed(record, 'event.module'), valueNamed(record, 'event.dataset')];
  if (typeof module !== 'string') return {};
  const service = typeof dataset === 'string' ? dataset.slice(dataset.indexOf('.') + 1) : undefined;
  return { product: module, ...(service ? { service } : {}) };
}

/** One JSON object a line, of any product: the view is the object itself. OCSF passes as it is; ECS names have roles. */
export const json: Format = {
  name: 'json',
  title: 'JSON lines (generic, ECS, OCSF)',
  recognise(line) {
    return readJsonRecord(line) ? 1 : 0;
  },
  read(line, context) {
    const record = readJsonRecord(line);
    if (!record) return undefined;
    const time = timeOf(record, context);
    const isOcsf = isOcsfRecord(record);
    const subjects = subjectsOf(record, isOcsf, context);
    const logon = logonOf(record, isOcsf, subjects);
    return {
      ...(time === undefined ? {} : { time }),
      logsources: [logsourceOf(record)],
      view: record,
      json: line,
      subjects,
      ...(logon === undefined ? {} : { logon }),
      toOcsf: () => (isOcsf ? { ...record } : baseEventOf(record, subjects, time ?? context.receivedAt, line)),
    };
  },
};
