import { isRecord, openView, textOf, valueAt, type JsonRecord } from '../../src/connector/index.ts';

const listAt = (of: unknown, ...path: string[]): readonly JsonRecord[] => {
  const value = valueAt(of, ...path);
  return Array.isArray(value) ? value.slice(0, 256).filter(isRecord) : [];
};

/** The pod that a request makes: of itself, or the template inside a workload. */
function podSpecOf(request: unknown): unknown {
  const spec = valueAt(request, 'spec');
  return valueAt(spec, 'template', 'spec') ?? valueAt(spec, 'jobTemplate', 'spec', 'template', 'spec') ?? spec;
}

/** The record as it is, with what SigmaHQ's rules read out of it under their own names. */
export function viewOf(record: JsonRecord): Record<string, unknown> {
  const { view, put } = openView(record);
  const pod = podSpecOf(record['requestObject']);
  put(
    'hostPath',
    listAt(pod, 'volumes').flatMap((volume) => textOf(valueAt(volume, 'hostPath', 'path')) ?? []),
  );
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((name) => listAt(pod, name));
  put('capabilities', containers.flatMap(capabilitiesOf));
  put('apiGroup', valueAt(record, 'objectRef', 'apiGroup'));
  const code = valueAt(record, 'responseStatus', 'code');
  const decision = valueAt(record, 'annotations', 'authorization.k8s.io/decision');
  // SigmaHQ writes the authoriser's answer (ALLOW) where the record has the status of HTTP.
  if (typeof decision === 'string') put('responseStatus.code', code === undefined ? decision : [code, decision]);
  return view;
}

/** What a container may do beyond its share; a privileged one has every capability. */
function capabilitiesOf(container: JsonRecord): string[] {
  const context = container['securityContext'];
  const added = valueAt(context, 'capabilities', 'add');
  const names = Array.isArray(added) ? added.filter((name) => typeof name === 'string').slice(0, 64) : [];
  return valueAt(context, 'privileged') === true ? ['ALL', ...names] : names;
}
