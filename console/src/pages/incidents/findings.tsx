import type { WireFinding } from '../../../../src/api/findings.ts';
import type { IncidentDetail } from '../../../../src/api/incidents.ts';
import { Badge, SeverityBadge } from '../../ui/badge.tsx';
import { Empty } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';
import { visible } from '../../ui/visible.ts';

export function Findings({
  findings,
  reasons,
}: {
  findings: readonly WireFinding[];
  reasons: IncidentDetail['reasons'];
}) {
  if (findings.length === 0) return <Empty title="No findings." />;
  return (
    <ul>
      {findings.map((finding, index) => (
        <li key={finding.id} className="border-line space-y-2 border-t px-4 py-3">
          <div className="flex flex-wrap items-center gap-2">
            <SeverityBadge id={finding.severity_id} />
            <h3 className="font-medium">{visible(finding.rule_title)}</h3>
            {finding.attacks.map((attack) => (
              <Technique key={attack.technique_id} id={attack.technique_id} tactic={attack.tactic} />
            ))}
          </div>
          <p>{visible(finding.message)}</p>
          <dl className="text-soft grid grid-cols-[8rem_1fr] gap-x-2 gap-y-1 max-sm:grid-cols-1">
            <dt className="max-sm:label">When</dt>
            <dd>
              {finding.event_count} events, <Moment at={finding.first_seen_at} /> to{' '}
              <Moment at={finding.last_seen_at} show="clock" />
            </dd>
            {reasons
              .filter((reason) => reason.finding_id === finding.id)
              .map((reason) => (
                <div key={reason.at} className="contents">
                  <dt className="max-sm:label">Why here</dt>
                  <dd>{visible(reason.reason)}</dd>
                </div>
              ))}
            {finding.false_positives.length > 0 && (
              <>
                <dt className="max-sm:label">False positives</dt>
                <dd>{finding.false_positives.map(visible).join(' ')}</dd>
              </>
            )}
          </dl>
          <Evidence finding={finding} isOpen={index === 0} />
        </li>
      ))}
    </ul>
  );
}

/** Linked only when it is shaped like one: rules come from anywhere. */
function Technique({ id, tactic }: { id: string; tactic: string | undefined }) {
  const badge = (
    <Badge tone="soft" title={tactic === undefined ? undefined : `ATT&CK, ${visible(tactic)}`}>
      {visible(id)}
    </Badge>
  );
  if (!/^T\d{4}(\.\d{3})?$/.test(id)) return badge;
  return (
    <a href={`https://attack.mitre.org/techniques/${id.replace('.', '/')}/`} rel="noreferrer" target="_blank">
      {badge}
    </a>
  );
}

function Evidence({ finding, isOpen }: { finding: WireFinding; isOpen: boolean }) {
  const count = finding.evidence.length;
  if (count === 0) return null;
  return (
    <details open={isOpen}>
      <summary className="text-accent w-fit">
        Evidence: {count} {count === 1 ? 'line' : 'lines'} kept
      </summary>
      <pre className="code mt-2 max-h-60 overflow-y-auto whitespace-pre-wrap wrap-anywhere">
        {finding.evidence.map((event) => (
          <div key={`${event.source_id} ${event.uid}`} className="pl-4 -indent-4">
            {visible(event.raw_data)}
          </div>
        ))}
      </pre>
    </details>
  );
}
