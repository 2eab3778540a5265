import { isRecord, textOf } from '../../src/connector/index.ts';

type Json = Readonly<Record<string, unknown>>;

const at = (of: unknown, ...path: string[]): unknown => {
  let value = of;
  for (const step of path) value = isRecord(value) ? value[step] : undefined;
  return value;
};
const listAt = (of: unknown, ...path: string[]): readonly Json[] => {
  const value = at(of, ...path);
  return Array.isArray(value) ? value.slice(0, 256).filter(isRecord) : [];
};

/** The pod that a request makes: of itself, or the template inside a workload. */
function podSpecOf(request: unknown): unknown {
  const spec = at(request, 'spec');
  return at(spec, 'template', 'spec') ?? at(spec, 'jobTemplate', 'spec', 'template', 'spec') ?? spec;
}

/** The record as it is, with what SigmaHQ's rules read out of it under their own names. */
export function viewOf(record: Json): Record<string, unknown> {
  const view: Record<string, unknown> = { ...record };
  const put = (name: string, value: unknown): void => {
    const isEmpty = value === undefined || (Array.isArray(value) && value.length === 0);
    if (!isEmpty && !Object.hasOwn(record, name)) view[name] = value;
  };
  const pod = podSpecOf(record['requestObject']);
  put(
    'hostPath',
    listAt(pod, 'volumes').flatMap((volume) => textOf(at(volume, 'hostPath', 'path')) ?? []),
  );
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((name) => listAt(pod, name));
  put('capabilities', containers.flatMap(capabilitiesOf));
  put('apiGroup', at(record, 'objectRef', 'apiGroup'));
  const code = at(record, 'responseStatus', 'code');
  const decision = at(record, 'annotations', 'authorization.k8s.io/decision');
  // SigmaHQ writes the authoriser's answer (ALLOW) where the record has the status of HTTP.
  if (typeof decision === 'string') put('responseStatus.code', code === undefined ? decision : [code, decision]);
  return view;
}

/** What a container may do beyond its share; a privileged one has every capability. */
function capabilitiesOf(container: Json): string[] {
  const context = container['securityContext'];
  const added = at(context, 'capabilities', 'add');
  const names = Array.isArray(added) ? added.filter((name) => typeof name === 'string').slice(0, 64) : [];
  return at(context, 'privileged') === true ? ['ALL', ...names] : names;
}
