import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('RESPOND', {
  BAD_TRANSITION: {
    kind: 'refused',
    message: (id: string, from: string, to: string) => `${id} is "${from}" and cannot become "${to}".`,
    fix: 'Look at its present state (firebreak containment show ID): somebody else may have decided in the meantime.',
  },
  EXTENSION_REFUSED: {
    kind: 'refused',
    message: (id: string, reason: string) => `${id} is not prolonged: ${reason}`,
    fix: 'It ends as it was going to. Ask for a new containment when it is over, or change what stands in the way.',
  },
  NO_CONTAINMENT: {
    kind: 'missing',
    message: (id: string) => `There is no containment ${id}.`,
    fix: 'List them with `firebreak containment list --all`.',
  },
  ARMING_UNSEEN: {
    kind: 'refused',
    message: (rule: string, action: string, count: number) =>
      `${action} by ${rule} cannot be armed yet: its shadow record (${count} so far) was not confirmed as seen, or the protected set was not confirmed.`,
    fix: 'Run `firebreak arm RULE ACTION`: it shows both and asks. Over the API, send confirm.shadow_seen with the present count and confirm.protected_confirmed true.',
  },
  NOT_PROTECTABLE: {
    kind: 'user',
    message: (text: string) => `"${text}" is no address and no range.`,
    fix: 'Write an address such as 192.0.2.10 or a range such as 192.0.2.0/24.',
  },
  POLICY_INVALID: {
    kind: 'user',
    message: (detail: string) => `The Cedar policies cannot be used: ${detail}`,
    fix: 'Correct the file named. Until then every containment is refused; expiry and release go on.',
  },
  ENFORCER_START: {
    kind: 'outside',
    message: (point: string, detail: string) => `The enforcer of ${point} did not start: ${detail}`,
    fix: 'It is tried again by itself. Run `firebreak doctor` to see what is missing on this host.',
  },
  FENCED: {
    kind: 'refused',
    message: (point: string) => `Another Firebreak has taken over the enforcement point ${point}.`,
    fix: 'This server leaves it alone. Stop one of the two servers.',
  },
});
