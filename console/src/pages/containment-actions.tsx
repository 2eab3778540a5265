import {
  approveContainment,
  refuseContainment,
  releaseContainment,
  type WireContainment,
} from '../../../src/api/containments.ts';
import { useEdit, useMay } from '../queries.ts';
import { ConfirmButton } from '../ui/confirm.tsx';
import { visible } from '../ui/visible.ts';
import { awaitsPerson, standingOf } from './standing.ts';

/** The way to let go, or to say yes or no; each asks first and names the target. */
export function ContainmentActions({ containment }: { containment: WireContainment }) {
  const release = useEdit(releaseContainment);
  const approve = useEdit(approveContainment);
  const refuse = useEdit(refuseContainment);
  const mayRelease = useMay('containment.release');
  const mayApprove = useMay('containment.approve');
  const call = (reason: string) => ({ params: { id: containment.id }, body: { reason } });
  // What is approved is what was seen; letting go never waits for a newer look.
  const seen = { ifMatch: containment.revision };
  const target = visible(containment.target);
  return (
    <div className="flex justify-end gap-2">
      {mayApprove && awaitsPerson(containment) && (
        <>
          <ConfirmButton
            label="Approve"
            name={`Approve denying ${target}`}
            title={`Deny ${target}`}
            look="main"
            reasonLabel="Reason"
            act={(reason) => approve.mutateAsync({ call: call(reason), ...seen })}
          >
            {visible(containment.reason)}
          </ConfirmButton>
          <ConfirmButton
            label="Refuse"
            name={`Refuse denying ${target}`}
            title={`Do not deny ${target}`}
            reasonLabel="Reason"
            act={(reason) => refuse.mutateAsync({ call: call(reason), ...seen })}
          />
        </>
      )}
      {mayRelease && standingOf(containment).isLive && (
        <ConfirmButton
          label="Release"
          name={`Release ${target}`}
          title={`Release ${target}`}
          look="danger"
          reasonLabel="Reason"
          presetReason="Released by hand"
          act={(reason) => release.mutateAsync({ call: call(reason) })}
        >
          Packets from and to {target} pass again as soon as no other containment names it.
        </ConfirmButton>
      )}
    </div>
  );
}
