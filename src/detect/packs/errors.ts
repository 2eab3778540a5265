import { defineErrors } from '../../base/errors.ts';

export const errors = defineErrors('CONTENT', {
  BAD_SOURCE: {
    kind: 'user',
    message: (source: string, detail: string) => `"${source}" cannot be a content pack: ${detail}.`,
    fix: 'Name a folder, a .tar.gz or .zip file, or a git address that begins with https://, ssh:// or file://.',
  },
  BAD_NAME: {
    kind: 'user',
    message: (name: string) => `"${name}" cannot be the name of a pack.`,
    fix: 'Give one with --name: a-z, 0-9 and "-", at most 40 characters.',
  },
  NAME_TAKEN: {
    kind: 'user',
    message: (name: string) => `There is a pack "${name}" already.`,
    fix: 'Bring it up to date with `firebreak content update`, or give the new one another name with --name.',
  },
  NO_SUCH_PACK: {
    kind: 'missing',
    message: (name: string) => `There is no pack "${name}".`,
    fix: '`firebreak content list` shows the packs that are there.',
  },
  UNSAFE_PATH: {
    kind: 'refused',
    message: (path: string) => `It holds a file whose name leaves the folder, or is no name: "${path}".`,
    fix: 'Do not use it: an honest archive has no such name. If it is your own, make it anew from inside its folder.',
  },
  TOO_LARGE: {
    kind: 'refused',
    message: (what: string, limit: string) => `It has more than ${limit} ${what}.`,
    fix: 'Take the folders that are wanted only, with --only FOLDER, or make a smaller archive.',
  },
  DAMAGED: {
    kind: 'user',
    message: (file: string, detail: string) => `${file} cannot be read as an archive: ${detail}.`,
    fix: 'Fetch it again, and compare its checksum with the one its publisher names.',
  },
  NO_RULES: {
    kind: 'user',
    message: (source: string) => `There is no Sigma rule in ${source}.`,
    fix: 'Look whether it is the right folder or revision; --only FOLDER must name a folder inside of it.',
  },
  GIT_FAILED: {
    kind: 'outside',
    message: (detail: string) => `git could not fetch it: ${detail}`,
    fix: 'Try the same with `git ls-remote` by hand: address, branch, network and key must be right.',
  },
  GIT_MISSING: {
    kind: 'outside',
    message: () => 'The program git is not here.',
    fix: 'Install git, or download an archive of the repository and add that.',
  },
  UNREADABLE: {
    kind: 'outside',
    message: (path: string, detail: string) => `${path} cannot be read: ${detail}`,
    fix: 'Give Firebreak permission to read it. If it is the note of a pack, remove the pack and add it again.',
  },
  BAD_OVERRIDE: {
    kind: 'user',
    message: (detail: string) => `The overrides cannot be used: ${detail}`,
    fix: 'Write rule ids as keys, and below each: enabled, level, reason, cause, message, firebreak_new or firebreak_group.',
  },
  OVERRIDE_UNUSED: {
    kind: 'user',
    message: (id: string) => `There is no rule ${id} to override.`,
    fix: 'Correct the id, or remove the override: an update may have removed the rule.',
  },
  DISABLED: {
    kind: 'user',
    message: (place: string, reason: string) => `Switched off by ${place}${reason === '' ? '' : `: ${reason}`}.`,
    fix: 'Remove `enabled: false` there to use the rule again.',
  },
  NAME_OF_ANOTHER: {
    kind: 'user',
    message: (name: string, file: string) => `The name "${name}" belongs to a rule of ${file}.`,
    fix: 'Names of rules must be unique; a pack cannot take one that is in use before it.',
  },
});
