import * as blocklists from './blocklists.ts';
import * as containments from './containments.ts';
import * as events from './events.ts';
import * as executions from './executions.ts';
import * as findings from './findings.ts';
import * as incidents from './incidents.ts';
import * as ledger from './ledger.ts';
import type { Route } from './route.ts';
import * as rules from './rules.ts';
import * as session from './session.ts';
import * as sources from './sources.ts';
import * as stopSwitch from './stop-switch.ts';
import * as stream from './stream.ts';
import * as system from './system.ts';
import * as tokens from './tokens.ts';
import * as users from './users.ts';

const resources = {
  session,
  incidents,
  findings,
  containments,
  executions,
  sources,
  rules,
  events,
  blocklists,
  ledger,
  'stop-switch': stopSwitch,
  tokens,
  users,
  system,
  stream,
};

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && 'permission' in value && 'path' in value && 'reply' in value;
}

/** Every promise of the product, with the resource (file) it stands in. */
export const routes: readonly { resource: string; route: Route }[] = Object.entries(resources).flatMap(
  ([resource, module]) =>
    Object.values<unknown>(module)
      .filter(isRoute)
      .map((route) => ({ resource, route })),
);
