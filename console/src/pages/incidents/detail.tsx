import { getRouteApi, Link } from '@tanstack/react-router';
import { listContainments } from '../../../../src/api/containments.ts';
import { getIncident, type IncidentDetail } from '../../../../src/api/incidents.ts';
import { isNotFound, useCall } from '../../queries.ts';
import { Badge, SeverityBadge, words } from '../../ui/badge.tsx';
import { Section } from '../../ui/section.tsx';
import { Loaded, NotFound } from '../../ui/states.tsx';
import { useTitle } from '../../ui/title.ts';
import { visible } from '../../ui/visible.ts';
import { IncidentActions } from './actions.tsx';
import { Entities } from './entities.tsx';
import { Executions } from './executions.tsx';
import { Findings } from './findings.tsx';
import { RiskTerms } from './risk-terms.tsx';
import { Response, WhatHappened } from './story.tsx';
import { Timeline } from './timeline.tsx';

const route = getRouteApi('/incidents/$id');

export function IncidentPage() {
  const { id } = route.useParams();
  const detail = useCall(getIncident, { params: { id } });
  useTitle(detail.data && `${detail.data.incident.number}: ${visible(detail.data.incident.title)}`);
  if (detail.data === undefined && isNotFound(detail.error)) return <NotFound what="incident" />;
  return <Loaded query={detail}>{(data) => <Detail data={data} />}</Loaded>;
}

/** First what happened, what was done about it, whether it is true and how to undo it; then reasons, evidence, timeline. */
function Detail({ data }: { data: IncidentDetail }) {
  const { incident } = data;
  const containments = useCall(listContainments, { query: { scope: 'all', incident_id: incident.id, limit: 50 } });
  return (
    <article className="space-y-4">
      <header className="space-y-2.5">
        <p className="text-soft">
          <Link to="/incidents" search={{ show: 'open' }}>
            Incidents
          </Link>{' '}
          / {incident.number}
        </p>
        <h1 className="text-xl font-semibold text-balance">{visible(incident.title)}</h1>
        <div className="flex flex-wrap items-center gap-2">
          <SeverityBadge id={incident.severity_id} />
          <Badge tone={incident.stage === 'declared' ? 'bad' : 'soft'}>{incident.stage}</Badge>
          <Badge tone="soft">{words(incident.status)}</Badge>
          {incident.verdict && (
            <Badge tone={incident.verdict === 'true_positive' ? 'bad' : 'ok'}>{words(incident.verdict)}</Badge>
          )}
          {incident.is_demonstration && <Badge tone="info">demonstration</Badge>}
          <span className="text-soft">
            {incident.assignee ? <>assigned to {visible(incident.assignee)}</> : 'nobody’s yet'}
          </span>
        </div>
        <IncidentActions incident={incident} />
      </header>

      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[2fr_3fr]">
        <Section title="What happened">
          <WhatHappened data={data} />
        </Section>
        <Section title="What was done about it">
          <Loaded query={containments}>{({ items }) => <Response items={items} incident={incident} />}</Loaded>
        </Section>
      </div>

      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[3fr_2fr]">
        <Section title="Findings and evidence">
          <Findings findings={data.findings} reasons={data.reasons} />
        </Section>
        <div className="min-w-0 space-y-4">
          <Section title={`Why the risk is ${Math.round(incident.risk_score)} of 100`}>
            <RiskTerms terms={incident.risk_terms} />
          </Section>
          <Section title="Who and what">
            <Entities entities={data.entities} />
          </Section>
          <Section title="Playbooks">
            <Executions incidentId={incident.id} />
          </Section>
        </div>
      </div>

      <Timeline incidentId={incident.id} />
    </article>
  );
}
