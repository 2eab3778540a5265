import { useMe } from '../queries.ts';
import { visible } from '../ui/visible.ts';

/** Names who did something, from the ledger's actor: `system:respond`, `user--…`, `execution--…`, `cli:root`. */
export function useActorName(): (actor: string) => string {
  const me = useMe();
  return (actor) => {
    if (actor === me.data?.id) return me.data.name;
    if (actor.startsWith('system:')) return `Firebreak (${visible(actor.slice(7))})`;
    if (actor.startsWith('cli:')) return `${visible(actor.slice(4))} at the command line`;
    const kind = actor.split('--')[0];
    return { user: 'a person', token: 'an API token', execution: 'a playbook' }[kind ?? ''] ?? visible(actor);
  };
}
