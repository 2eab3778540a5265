import { getRouteApi, Link } from '@tanstack/react-router';
import { listContainments } from '../../../../src/api/containments.ts';
import { getIncident, type IncidentDetail } from '../../../../src/api/incidents.ts';
import { useCall } from '../../queries.ts';
import { Badge, SeverityBadge, words } from '../../ui/badge.tsx';
import { Section } from '../../ui/section.tsx';
import { Empty, Loaded } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';
import { ContainmentTable } from '../containment-table.tsx';
import { IncidentActions } from './actions.tsx';
import { Executions } from './executions.tsx';
import { Findings } from './findings.tsx';
import { Timeline } from './timeline.tsx';

const route = getRouteApi('/incidents/$id');

export function IncidentPage() {
  const { id } = route.useParams();
  const detail = useCall(getIncident, { params: { id } });
  return <Loaded query={detail}>{(data) => <Detail data={data} />}</Loaded>;
}

function Detail({ data }: { data: IncidentDetail }) {
  const { incident } = data;
  const containments = useCall(listContainments, { query: { scope: 'all', incident_id: incident.id } });
  return (
    <article className="space-y-4">
      <header className="space-y-2">
        <p className="text-soft">
          <Link to="/incidents" search={{ show: 'open' }}>
            Incidents
          </Link>{' '}
          / {incident.number}
        </p>
        <h1 className="text-xl font-semibold text-balance">{incident.title}</h1>
        <div className="flex flex-wrap items-center gap-2">
          <SeverityBadge id={incident.severity_id} />
          <Badge tone={incident.stage === 'declared' ? 'bad' : 'soft'}>{incident.stage}</Badge>
          <Badge tone="soft">{words(incident.status)}</Badge>
          {incident.verdict && (
            <Badge tone={incident.verdict === 'true_positive' ? 'bad' : 'ok'}>{words(incident.verdict)}</Badge>
          )}
          {incident.is_demonstration && <Badge tone="info">demonstration</Badge>}
          <span className="text-soft">
            {incident.event_count} events in {incident.finding_count}{' '}
            {incident.finding_count === 1 ? 'finding' : 'findings'}, first <Moment at={incident.first_seen_at} />, last{' '}
            <Moment at={incident.last_seen_at} relative />
            {incident.assignee && <>, assigned to {incident.assignee}</>}
          </span>
        </div>
        <IncidentActions incident={incident} />
      </header>

      <Section title="Containments">
        <Loaded query={containments}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="Nothing was contained.">
                No playbook’s condition holds, or no value here has a role that may be acted on.
              </Empty>
            ) : (
              <ContainmentTable items={items} showIncident={false} />
            )
          }
        </Loaded>
      </Section>

      <div className="grid gap-4 xl:grid-cols-[3fr_2fr]">
        <Section title="Findings and evidence">
          <Findings findings={data.findings} reasons={data.reasons} />
        </Section>
        <div className="space-y-4">
          <Section title={`Why the risk is ${Math.round(incident.risk_score)}`}>
            <RiskTerms detail={data} />
          </Section>
          <Section title="Who and what">
            <Entities detail={data} />
          </Section>
          <Section title="Playbooks">
            <Executions incidentId={incident.id} />
          </Section>
        </div>
      </div>

      <Section title="Timeline">
        <Timeline incidentId={incident.id} />
      </Section>
    </article>
  );
}

function RiskTerms({ detail }: { detail: IncidentDetail }) {
  return (
    <table className="w-full">
      <tbody>
        {detail.incident.risk_terms.map((term) => (
          <tr key={term.name}>
            <td className="cell text-right font-medium whitespace-nowrap tabular-nums">
              {term.points > 0 ? `+${Math.round(term.points)}` : Math.round(term.points)}
            </td>
            <td className="cell">
              <span className="font-medium">{words(term.name)}</span>
              <br />
              <span className="text-soft">{term.reason}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Entities({ detail }: { detail: IncidentDetail }) {
  if (detail.entities.length === 0) return <Empty title="No entity is known." />;
  return (
    <table className="w-full">
      <tbody>
        {detail.entities.map((entity) => (
          <tr key={`${entity.role} ${entity.type} ${entity.value}`}>
            <td className="cell text-soft w-28">{entity.role}</td>
            <td className="cell font-mono text-[13px] break-all">{entity.value}</td>
            <td className="cell text-soft">{entity.type}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
