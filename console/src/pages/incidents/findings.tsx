import type { WireFinding } from '../../../../src/api/findings.ts';
import type { IncidentDetail } from '../../../../src/api/incidents.ts';
import { Badge, SeverityBadge } from '../../ui/badge.tsx';
import { Empty } from '../../ui/states.tsx';
import { Moment } from '../../ui/time.tsx';

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
      {findings.map((finding) => (
        <li key={finding.id} className="border-line space-y-2 border-t px-4 py-3">
          <div className="flex flex-wrap items-center gap-2">
            <SeverityBadge id={finding.severity_id} />
            <span className="font-medium">{finding.rule_title}</span>
            {finding.attacks.map((attack) => (
              <a
                key={attack.technique_id}
                href={`https://attack.mitre.org/techniques/${attack.technique_id.replace('.', '/')}/`}
                rel="noreferrer"
                target="_blank"
              >
                <Badge tone="soft">{attack.technique_id}</Badge>
              </a>
            ))}
          </div>
          <p>{finding.message}</p>
          <p className="text-soft">
            {finding.event_count} events, <Moment at={finding.first_seen_at} /> to <Moment at={finding.last_seen_at} />
          </p>
          {reasons
            .filter((reason) => reason.finding_id === finding.id)
            .map((reason) => (
              <p key={reason.at} className="text-soft">
                <span className="label">Why here</span> {reason.reason}
              </p>
            ))}
          <Evidence finding={finding} />
          {finding.false_positives.length > 0 && (
            <p className="text-soft">
              <span className="label">Known false positives</span> {finding.false_positives.join('; ')}
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}

function Evidence({ finding }: { finding: WireFinding }) {
  return (
    <details>
      <summary className="text-accent">Evidence ({finding.evidence.length} lines kept)</summary>
      <pre className="bg-ground border-line mt-2 max-h-72 overflow-auto rounded border p-2.5 font-mono text-[12.5px]">
        {finding.evidence.map((event) => (
          <div key={`${event.source_id} ${event.uid}`}>{visible(event.raw_data)}</div>
        ))}
      </pre>
    </details>
  );
}

/** Log text as text: control characters and marks that turn the writing direction are shown, not obeyed. */
function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
    (mark) => `\\u${(mark.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
