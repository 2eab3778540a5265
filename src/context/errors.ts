import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('CONTEXT', {
  BAD_WARNING_LIST: {
    kind: 'user',
    message: (detail: string) => `The warning list cannot be read: ${detail}`,
    fix: 'A warning list is JSON with name, title, reason and ranges (addresses as 192.0.2.0/24 or 2001:db8::/32).',
  },
  BAD_ASSET_FILE: {
    kind: 'user',
    message: (detail: string) => `The list of assets cannot be read: ${detail}`,
    fix: 'The first line names the columns: id,name,addresses,hosts,roles,importance,owner,site. Several values in one cell are separated by spaces; importance is 1 to 4.',
  },
});
