import { createRootRoute, createRoute, createRouter, redirect } from '@tanstack/react-router';
import { ContainmentsPage } from './pages/containments.tsx';
import { IncidentPage } from './pages/incidents/detail.tsx';
import { IncidentsPage } from './pages/incidents/list.tsx';
import { RulesPage } from './pages/rules.tsx';
import { SourcesPage } from './pages/sources.tsx';
import { SystemPage } from './pages/system.tsx';
import { Frame } from './ui/frame.tsx';
import { NotFound } from './ui/states.tsx';

const text = (value: unknown, fallback: string) => (typeof value === 'string' ? value : fallback);

const root = createRootRoute({ component: Frame, notFoundComponent: () => <NotFound what="page" /> });

/** Every page of the console; what a page shows is in its address. */
const index = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/incidents', search: { show: 'open' } });
  },
});
const incidentsRoute = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  component: IncidentsPage,
  validateSearch: (search) => ({ show: text(search['show'], 'open') }),
});
const incidentRoute = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$id',
  component: IncidentPage,
});
const containmentsRoute = createRoute({
  getParentRoute: () => root,
  path: '/containments',
  component: ContainmentsPage,
  validateSearch: (search) => ({ scope: text(search['scope'], 'live') }),
});
const sources = createRoute({ getParentRoute: () => root, path: '/sources', component: SourcesPage });
const rules = createRoute({
  getParentRoute: () => root,
  path: '/rules',
  component: RulesPage,
  validateSearch: (search) => ({ show: text(search['show'], 'finding') }),
});
const system = createRoute({ getParentRoute: () => root, path: '/system', component: SystemPage });

export const router = createRouter({
  routeTree: root.addChildren([index, incidentsRoute, incidentRoute, containmentsRoute, sources, rules, system]),
  defaultPreload: false,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
