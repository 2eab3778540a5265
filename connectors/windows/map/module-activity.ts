import { baseEvent } from './base-event.ts';
import { fileOf, processOf, windowsOcsf, type ClassMap } from './places.ts';

/** OCSF Module Activity (1005), 1 Load: Sysmon's driver (6) and image (7) loads. */
export const moduleActivity: ClassMap = (input) => {
  const { fields, record } = input;
  const path = fields.text('ImageLoaded');
  if (path === undefined) return baseEvent(input);
  const user = fields.text('User');
  const attributes = {
    module: { file: fileOf(path), load_type_id: 0 },
    actor: {
      process: processOf(fields, { image: 'Image', pid: 'ProcessId', guid: 'ProcessGuid' }),
      user: { name: user },
      app_name: record.provider ?? record.channel,
    },
  };
  return windowsOcsf(input, 1005, 1, attributes);
};
