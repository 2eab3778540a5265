import { rooms } from './rooms.ts';

/** The block between the markers of ARCHITECTURE.md. */
export function roomTable(): string {
  const rows = Object.entries(rooms).map(([name, room]) => {
    const imports = room.imports.length > 12 ? 'everything below it' : room.imports.join(', ') || '–';
    return `| \`${name}\` | ${room.purpose} | ${(room.owns ?? []).join(', ') || '–'} | ${imports} |`;
  });
  return ['| room | what it is | sole writer of | may import |', '|---|---|---|---|', ...rows, ''].join('\n');
}
