import type { JsonRecord } from '../../src/connector/index.ts';
/** A log of Zeek's own format in its default columns; a mark tells it from logs with as many. */
interface Layout {
  path: string;
  columns: readonly string[];
  mark: readonly [column: string, pattern: RegExp];
}

const connection = 'ts uid id.orig_h id.orig_p id.resp_h id.resp_p';
const layout = (path: string, columns: string, column: string, pattern: RegExp): Layout => ({
  path,
  columns: columns.split(' '),
  mark: [column, pattern],
});

const connColumns = `${connection} proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents`;
const states = /^(?:S[0123F]|SH|SHR|REJ|RST(?:O|R|OS0|RH)|OTH)$/;

/** Default columns of Zeek 4 to 8 (conn gained `ip_proto` in 7). The header of a file tells them too, but not each line. */
const layouts: readonly Layout[] = [
  layout('conn', connColumns, 'conn_state', states),
  layout('conn', `${connColumns} ip_proto`, 'conn_state', states),
  layout(
    'dns',
    `${connection} proto trans_id rtt query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected`,
    'rejected',
    /^[TF]$/,
  ),
  layout(
    'http',
    `${connection} trans_depth method host uri referrer version user_agent origin request_body_len response_body_len status_code status_msg info_code info_msg tags username password proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames resp_mime_types`,
    'trans_depth',
    /^\d{1,9}$/,
  ),
  layout(
    'smb_files',
    `${connection} fuid action path name size prev_name times.modified times.accessed times.created times.changed`,
    'action',
    /^SMB::/,
  ),
  layout('dce_rpc', `${connection} rtt named_pipe endpoint operation`, 'rtt', /^(?:-|[\d.e-]{1,24})$/),
  layout(
    'kerberos',
    `${connection} request_type client service success error_msg from till cipher forwardable renewable client_cert_subject client_cert_fuid server_cert_subject server_cert_fuid`,
    'request_type',
    /^(?:AS|TGS|-)$/,
  ),
  layout(
    'rdp',
    `${connection} cookie result security_protocol client_channels keyboard_layout client_build client_name client_dig_product_id desktop_width desktop_height requested_color_depth cert_type cert_count cert_permanent encryption_level encryption_method`,
    'cert_count',
    /^\d{1,6}$/,
  ),
  layout(
    'x509',
    'ts fingerprint certificate.version certificate.serial certificate.subject certificate.issuer certificate.not_valid_before certificate.not_valid_after certificate.key_alg certificate.sig_alg certificate.key_type certificate.key_length certificate.exponent certificate.curve san.dns san.uri san.email san.ip basic_constraints.ca basic_constraints.path_len host_cert client_cert',
    'certificate.version',
    /^\d$/,
  ),
];

const lists = new Set(
  'tunnel_parents answers TTLs tags proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames resp_mime_types client_channels san.dns san.uri san.email san.ip'.split(
    ' ',
  ),
);
const mostColumns = 32;

/**
 * A line of a log in tab-separated form, read by the default columns; undefined for anything else, the header too.
 * Zeek escapes tabs inside of values, so that text of a stranger moves no column.
 */
export function readTsv(line: string): { path: string; record: JsonRecord } | undefined {
  if (!/^\d{9,11}\.\d{1,9}\t/.test(line.slice(0, 24))) return undefined;
  const values = line.split('\t', mostColumns + 1);
  const found = layouts.find(({ columns, mark: [column, pattern] }) => {
    return columns.length === values.length && pattern.test(values[columns.indexOf(column)] ?? '');
  });
  if (!found) return undefined;
  const fields: [string, unknown][] = [];
  for (const [at, column] of found.columns.entries()) {
    const value = valueOf(column, values[at] ?? '-');
    if (value !== undefined) fields.push([column, value]);
  }
  return { path: found.path, record: Object.fromEntries(fields) };
}

/** `-` is unset, `(empty)` an empty list or text; a list is separated by commas. */
function valueOf(column: string, text: string): unknown {
  if (text === '-') return undefined;
  if (text === '(empty)') return lists.has(column) ? [] : '';
  if (lists.has(column)) return text.split(',').map(unescaped);
  if (text === 'T') return true;
  if (text === 'F') return false;
  return unescaped(text);
}

/** Zeek writes what is no printable character, and its separators, as `\xHH`, and a backslash as two. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/(?:\\x[0-9a-fA-F]{2})+|\\\\/g, (escape) =>
    escape === '\\\\' ? '\\' : Buffer.from(escape.replaceAll('\\x', ''), 'hex').toString('utf8'),
  );
}
