import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { z } from 'zod';

const Schema = z.object({ $id: z.string(), $defs: z.record(z.string(), z.unknown()) });
const Compiled = z.object({
  classes: z.record(
    z.string(),
    z.object({
      uid: z.int(),
      attributes: z.record(
        z.string(),
        z.object({
          sibling: z.string().optional(),
          enum: z.record(z.string(), z.object({ caption: z.string() })).optional(),
        }),
      ),
    }),
  ),
});

/**
 * Judges OCSF events: the derived JSON schema of their class, and what no JSON schema can say:
 * type_uid = class_uid * 100 + activity_id, and texts that contradict their enum sibling.
 * @param folder the one with ocsf-1.8.0.classes.jsonschema.json and ocsf-schema-compiled-1.8.0.json
 * @returns a function that lists an event's faults; none means valid
 */
export function createOcsfJudge(folder: string): (event: Record<string, unknown>) => string[] {
  const schema = Schema.parse(JSON.parse(readFileSync(join(folder, 'ocsf-1.8.0.classes.jsonschema.json'), 'utf8')));
  const compiled = Compiled.parse(JSON.parse(readFileSync(join(folder, 'ocsf-schema-compiled-1.8.0.json'), 'utf8')));
  const classes = new Map(
    Object.entries(compiled.classes).map(([name, of]) => [of.uid, { name, attributes: of.attributes }]),
  );
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(schema);
  const validators = new Map<string, ValidateFunction>();

  return (event) => {
    const known = classes.get(Number(event['class_uid']));
    if (!known) return [`class_uid ${String(event['class_uid'])} is no class of OCSF 1.8.0`];
    const definition = `class:${known.name}`;
    if (!Object.hasOwn(schema.$defs, definition)) return [`no schema for class ${known.name}`];
    let validate = validators.get(definition);
    if (!validate) {
      validate = ajv.compile({ $ref: `${schema.$id}#/$defs/${definition}` });
      validators.set(definition, validate);
    }
    const faults = validate(event)
      ? []
      : (validate.errors ?? []).map(
          (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
        );
    const typeUid = Number(event['class_uid']) * 100 + Number(event['activity_id']);
    if (event['type_uid'] !== typeUid) faults.push(`/type_uid is ${String(event['type_uid'])}, not ${typeUid}`);
    for (const [name, attribute] of Object.entries(known.attributes)) {
      const text = attribute.sibling === undefined ? undefined : event[attribute.sibling];
      const caption = attribute.enum?.[String(event[name])]?.caption;
      // 99 Other says: the text is the product's own.
      if (typeof text === 'string' && caption !== undefined && event[name] !== 99 && text !== caption)
        faults.push(
          `/${attribute.sibling} is ${JSON.stringify(text)}, but ${name} ${String(event[name])} is ${caption}`,
        );
    }
    return faults;
  };
}
