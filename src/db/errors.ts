import { defineErrors } from '../base/errors.ts';

export const errors = defineErrors('DB', {
  UNREACHABLE: {
    kind: 'busy',
    message: (detail: string) => `PostgreSQL does not answer: ${detail}`,
    fix: 'Firebreak tries again by itself. Check FIREBREAK_DATABASE_URL, or the log of the embedded server in data/postgres.',
  },
  NOT_ONE_ROW: {
    kind: 'bug',
    message: (count: number) => `A statement that gives one row gave ${count}.`,
    fix: 'Please report this with the log line around it.',
  },
  TRANSACTION_ENDED: {
    kind: 'bug',
    message: () => 'A statement was sent on a transaction that had ended.',
    fix: 'Await every statement inside the transaction. Please report this with the log line around it.',
  },
  TRANSACTION_FAILED: {
    kind: 'bug',
    message: () => 'A statement of the transaction had failed and its error was swallowed: everything was rolled back.',
    fix: 'Let the error of a statement leave the transaction. Please report this with the log line around it.',
  },
  FAILED_AFTER_COMMIT: {
    kind: 'bug',
    message: (detail: string) => `What travelled with a commit failed only after it: ${detail}`,
    fix: 'The transaction is committed. Let PostgreSQL refuse what must not be, by unchanged() in the statement. Please report this.',
  },
  LOCK_WAIT: {
    kind: 'busy',
    message: (what: string, waitedMs: number) => `Waited ${waitedMs} ms for the lock "${what}" and did not get it.`,
    fix: 'Another Firebreak process holds it: let it finish, or stop it, and start again.',
  },
  MIGRATION_NAME: {
    kind: 'bug',
    message: (name: string) => `The migration "${name}" is not named NNNN_name.sql, or its number is taken.`,
    fix: 'Name it with the next free number of four digits, as in 0007_record.sql.',
  },
  MIGRATION_CHANGED: {
    kind: 'refused',
    message: (name: string) => `The migration ${name} was applied to this database with another content.`,
    fix: 'Put the released text of the file back and write the change as a new migration.',
  },
  MIGRATION_MISSING: {
    kind: 'refused',
    message: (name: string) => `The migration ${name} was applied to this database and this version does not have it.`,
    fix: 'The database belongs to a newer version of Firebreak: start that version, or restore a backup of this one.',
  },
  MIGRATION_LATE: {
    kind: 'refused',
    message: (name: string, last: string) => `The migration ${name} is new, but ${last} is applied already.`,
    fix: 'Migrations go forward only: give the file a number above the last applied one.',
  },
  MIGRATION_FAILED: {
    kind: 'bug',
    message: (name: string, detail: string) => `The migration ${name} failed and was rolled back: ${detail}`,
    fix: 'The database is as it was. Please report this with the message.',
  },
  NO_BINARIES: {
    kind: 'user',
    message: (platform: string) => `There is no embedded PostgreSQL for ${platform}.`,
    fix: 'Set FIREBREAK_DATABASE_URL to a PostgreSQL 15 or newer of your own.',
  },
  NO_ACCOUNT: {
    kind: 'user',
    message: (folder: string) =>
      `PostgreSQL does not run as root, and no other account reaches ${folder} (user namespaces are off here).`,
    fix: 'Start Firebreak as an ordinary user, or choose a data folder that is not below a private home, such as /var/lib/firebreak.',
  },
  FOLDER_IN_USE: {
    kind: 'refused',
    message: (folder: string, holder: string) => `The data folder ${folder} is in use by ${holder}.`,
    fix: 'Stop that Firebreak first, or start this one with another data folder.',
  },
  SERVER_DID_NOT_START: {
    kind: 'outside',
    message: (folder: string, detail: string) => `The embedded PostgreSQL in ${folder} did not start: ${detail}`,
    fix: 'The last lines of its log in the folder "log" there say why; often the disk is full or the folder belongs to somebody else.',
  },
  INITDB_FAILED: {
    kind: 'outside',
    message: (folder: string, detail: string) => `The database in ${folder} could not be created: ${detail}`,
    fix: 'Check that the folder is writable and its disk has 100 MB free, then start again.',
  },
  VERSION_MISMATCH: {
    kind: 'refused',
    message: (folder: string, found: string, ours: string) =>
      `The database in ${folder} is of PostgreSQL ${found}; this version brings ${ours}.`,
    fix: 'Export it with the version of Firebreak that made it (firebreak export) and import it here.',
  },
  ARCHIVE_DAMAGED: {
    kind: 'user',
    message: (file: string, detail: string) => `${file} is damaged: ${detail}.`,
    fix: 'Take another copy or an older one; nothing was changed.',
  },
  ARCHIVE_UNREADABLE: {
    kind: 'user',
    message: (file: string, detail: string) => `${file} cannot be read: ${detail}.`,
    fix: 'Name a file that exists and that this account may read.',
  },
  ARCHIVE_UNWRITABLE: {
    kind: 'outside',
    message: (file: string, detail: string) => `${file} cannot be written: ${detail}.`,
    fix: 'Name a file in a folder that exists, that this account may write to, and whose disk has room.',
  },
  ARCHIVE_NAME: {
    kind: 'user',
    message: (name: string) =>
      `The archive has an entry with a name that is not allowed: ${JSON.stringify(name.slice(0, 200))}.`,
    fix: 'Use only archives that firebreak backup or firebreak export made.',
  },
  IMPORT_TARGET: {
    kind: 'refused',
    message: (table: string) => `The database to import into is not empty: it has the table ${table}.`,
    fix: 'Create an empty database and import into that.',
  },
  EXPORT_VERSION: {
    kind: 'refused',
    message: (last: string) => `The export was made by another version of Firebreak (its last migration is ${last}).`,
    fix: 'Import it with the version that exported it, then start the newer one, which migrates it.',
  },
  EXPORT_MISMATCH: {
    kind: 'refused',
    message: (what: string, detail: string) => `The import does not match the export: ${what} ${detail}.`,
    fix: 'Nothing was loaded. Export again; if it happens again, please report this.',
  },
  BACKUP_TABLESPACE: {
    kind: 'refused',
    message: (name: string) =>
      `The server keeps data outside its folder (tablespace ${name}); firebreak backup does not follow it.`,
    fix: 'Use the backup of that server (pgBackRest, pg_basebackup), or firebreak export.',
  },
  BACKUP_WAL_GONE: {
    kind: 'outside',
    message: (segment: string) => `The server removed the log segment ${segment} while the backup was copied.`,
    fix: 'Raise wal_keep_size in postgresql.conf of the data folder and back up again.',
  },
  RESTORE_TARGET: {
    kind: 'refused',
    message: (folder: string) => `There is a database in ${folder} already.`,
    fix: 'Move that folder away, or restore into another one.',
  },
  BACKUP_DAMAGED: {
    kind: 'user',
    message: (file: string, name: string, detail: string) => `The backup ${file} is damaged: ${name} ${detail}.`,
    fix: 'Take another copy of it or an older backup; nothing was put in place.',
  },
});
