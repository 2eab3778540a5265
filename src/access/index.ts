export { createAccess, type Access } from './create-access.ts';
export { can, type Actor } from './actor.ts';
export { permissionsOf } from './roles.ts';
export { newSecret } from './secret.ts';
