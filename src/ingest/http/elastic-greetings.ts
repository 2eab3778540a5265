/** An answer to what Beats, Logstash and Fluent Bit ask an Elasticsearch before they send. */
export interface Greeting {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** The version we answer as: senders refuse one older than themselves' major. */
const version = {
  number: '8.19.0',
  build_flavor: 'default',
  build_type: 'docker',
  build_hash: '0000000000000000000000000000000000000000',
  build_date: '2025-01-01T00:00:00.000Z',
  build_snapshot: false,
  lucene_version: '9.12.2',
  minimum_wire_compatibility_version: '7.17.0',
  minimum_index_compatibility_version: '7.0.0',
};
const license = { status: 'active', uid: '00000000-0000-0000-0000-000000000000', type: 'basic', mode: 'basic' };
const name = 'firebreak';

/** What stands at a path for GET and HEAD; templates, policies, pipelines and streams are all "there", so that nobody installs them. */
const answers: readonly { path: RegExp; body: unknown }[] = [
  {
    path: /^\/$/,
    body: { name, cluster_name: name, cluster_uuid: name, version, tagline: 'You Know, for Search' },
  },
  { path: /^\/_license$/, body: { license } },
  {
    path: /^\/_xpack$/,
    body: {
      license,
      features: { ilm: { available: true, enabled: true }, security: { available: true, enabled: true } },
    },
  },
  { path: /^\/_cluster\/health$/, body: { cluster_name: name, status: 'green', timed_out: false, number_of_nodes: 1 } },
  { path: /^\/_nodes(?:\/[\w,*]+)*$/, body: { cluster_name: name, nodes: {} } },
  { path: /^\/(?:_ilm\/policy|_index_template|_component_template|_template)(?:\/[\w.*-]+)?$/, body: {} },
  { path: /^\/(?:_ingest\/pipeline|_data_stream|_alias)(?:\/[\w.*-]+)?$/, body: {} },
];

/** The answer to such a question, or undefined for what is none. Writing a template or policy is acknowledged and has no effect. */
export function elasticGreeting(method: string, path: string): Greeting | undefined {
  const known = answers.find((answer) => answer.path.test(path.replace(/(.)\/$/, '$1')));
  const headers = { 'x-elastic-product': 'Elasticsearch' };
  if (!known) return undefined;
  if (method === 'GET') return { status: 200, headers, body: known.body };
  if (method === 'HEAD') return { status: 200, headers, body: undefined };
  if ((method === 'PUT' || method === 'POST') && path !== '/')
    return { status: 200, headers, body: { acknowledged: true } };
  return undefined;
}
