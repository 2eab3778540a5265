import type { Logsource } from '../../src/connector/index.ts';

/** Sigma's Windows services by channel in lower case. Facts of SigmaHQ's taxonomy, as tests/thor.yml of its rules has them. */
const services: Readonly<Record<string, string>> = {
  application: 'application',
  security: 'security',
  system: 'system',
  'microsoft-windows-ntlm/operational': 'ntlm',
  'microsoft-windows-sysmon/operational': 'sysmon',
  'microsoft-windows-powershell/operational': 'powershell',
  'powershellcore/operational': 'powershell',
  'windows powershell': 'powershell-classic',
  'microsoft-windows-taskscheduler/operational': 'taskscheduler',
  'microsoft-windows-wmi-activity/operational': 'wmi',
  'microsoft-windows-dhcp-server/operational': 'dhcp',
  'microsoft-windows-printservice/admin': 'printservice-admin',
  'microsoft-windows-printservice/operational': 'printservice-operational',
  'microsoft-windows-smbclient/security': 'smbclient-security',
  'microsoft-windows-smbclient/connectivity': 'smbclient-connectivity',
  'microsoft-windows-smbserver/connectivity': 'smbserver-connectivity',
  'microsoft-windows-terminalservices-localsessionmanager/operational': 'terminalservices-localsessionmanager',
  'microsoft-windows-codeintegrity/operational': 'codeintegrity-operational',
  'microsoft-windows-applocker/msi and script': 'applocker',
  'microsoft-windows-applocker/exe and dll': 'applocker',
  'microsoft-windows-applocker/packaged app-deployment': 'applocker',
  'microsoft-windows-applocker/packaged app-execution': 'applocker',
  'msexchange management': 'msexchange-management',
  'microsoft-windows-windows defender/operational': 'windefend',
  'microsoft-windows-windows firewall with advanced security/firewall': 'firewall-as',
  'microsoft-windows-bits-client/operational': 'bits-client',
  'microsoft-windows-security-mitigations/kernel mode': 'security-mitigations',
  'microsoft-windows-security-mitigations/user mode': 'security-mitigations',
  'microsoft-windows-diagnosis-scripted/operational': 'diagnosis-scripted',
  'microsoft-windows-shell-core/operational': 'shell-core',
  'openssh/operational': 'openssh',
  'microsoft-windows-ldap-client/debug': 'ldap',
  'microsoft-windows-bitlocker/bitlocker management': 'bitlocker',
  'microsoft-windows-vhdmp/operational': 'vhdmp',
  'microsoft-windows-appxdeploymentserver/operational': 'appxdeployment-server',
  'microsoft-windows-lsa/operational': 'lsa-server',
  'microsoft-windows-appxpackaging/operational': 'appxpackaging-om',
  'microsoft-windows-dns client events/operational': 'dns-client',
  'microsoft-windows-appmodel-runtime/admin': 'appmodel-runtime',
  'microsoft-windows-capi2/operational': 'capi2',
  'microsoft-windows-certificateservicesclient-lifecycle-system/operational':
    'certificateservicesclient-lifecycle-system',
  'microsoft-windows-kernel-shimengine/operational': 'kernel-shimengine',
  'microsoft-windows-kernel-shimengine/diagnostic': 'kernel-shimengine',
  'microsoft-windows-application-experience/program-telemetry': 'application-experience',
  'microsoft-windows-application-experience/program-compatibility-assistant': 'application-experience',
  'microsoft-windows-ntfs/operational': 'ntfs',
  'microsoft-windows-hyper-v-worker': 'hyper-v-worker',
  'microsoft-windows-kernel-eventtracing': 'kernel-event-tracing',
  'microsoft-windows-sense/operational': 'sense',
  'microsoft-servicebus-client/admin': 'servicebus-client',
  'microsoft-servicebus-client/operational': 'servicebus-client',
  'microsoft-iis-configuration/operational': 'iis-configuration',
};

/** Categories by service and event id. */
const categories: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>> = {
  sysmon: {
    1: ['process_creation'],
    2: ['file_change'],
    3: ['network_connection'],
    4: ['sysmon_status'],
    5: ['process_termination'],
    6: ['driver_load'],
    7: ['image_load'],
    8: ['create_remote_thread'],
    9: ['raw_access_thread'],
    10: ['process_access'],
    11: ['file_event'],
    12: ['registry_event'],
    13: ['registry_event', 'registry_set'],
    14: ['registry_event', 'registry_rename'],
    15: ['create_stream_hash'],
    16: ['sysmon_status'],
    17: ['pipe_created'],
    18: ['pipe_created'],
    19: ['wmi_event'],
    20: ['wmi_event'],
    21: ['wmi_event'],
    22: ['dns_query'],
    23: ['file_delete'],
    24: ['clipboard_change'],
    25: ['process_tampering'],
    26: ['file_delete_detected'],
    27: ['file_block_executable'],
    28: ['file_block_shredding'],
    29: ['file_executable_detected'],
    255: ['sysmon_error'],
  },
  security: { 4688: ['process_creation'] },
  powershell: { 4103: ['ps_module'], 4104: ['ps_script'] },
  'powershell-classic': { 400: ['ps_classic_start'], 600: ['ps_classic_provider_start'], 800: ['ps_classic_script'] },
  windefend: Object.fromEntries(
    [1006, 1007, 1008, 1009, 1010, 1011, 1012, 1017, 1018, 1019, 1115, 1116].map((id) => [id, ['antivirus']]),
  ),
};

/** What a registry object event (Sysmon 12) did decides its second category. */
const registryCategories: Readonly<Record<string, string>> = {
  createkey: 'registry_add',
  deletekey: 'registry_delete',
  deletevalue: 'registry_delete',
};

export function serviceOf(channel: string): string | undefined {
  const name = channel.toLowerCase();
  return Object.hasOwn(services, name) ? services[name] : undefined;
}

/** By event id, channel and what was done to a registry object. */
const known = new Map<number, Map<string, Map<unknown, readonly Logsource[]>>>();
/** Channels and ids are what a sender writes. */
const mostKnown = 2_000;
let knownCount = 0;

/** Every logsource that the event answers to: product and service, once more with each category. The same list for the same kind of event. */
export function logsourcesOf(channel: string, eventId: number, eventType: unknown): readonly Logsource[] {
  const type = eventId === 12 && typeof eventType === 'string' ? eventType : '';
  return known.get(eventId)?.get(channel)?.get(type) ?? learn(channel, eventId, type);
}

function learn(channel: string, eventId: number, type: string): readonly Logsource[] {
  const made = makeLogsources(serviceOf(channel), eventId, type);
  if (knownCount >= mostKnown || channel.length + type.length > 200) return made;
  const ofId = known.get(eventId) ?? new Map<string, Map<unknown, readonly Logsource[]>>();
  known.set(eventId, ofId);
  const ofChannel = ofId.get(channel) ?? new Map<unknown, readonly Logsource[]>();
  ofId.set(channel, ofChannel.set(type, made));
  knownCount += 1;
  return made;
}

const unserved: readonly Logsource[] = [{ product: 'windows' }];

function makeLogsources(service: string | undefined, eventId: number, eventType: string): readonly Logsource[] {
  if (service === undefined) return unserved;
  const names = [...(categories[service]?.[eventId] ?? [])];
  if (service === 'sysmon' && eventId === 12) {
    const registry = registryCategories[eventType.toLowerCase()];
    if (registry !== undefined) names.push(registry);
  }
  const own: Logsource = { product: 'windows', service };
  return names.length === 0 ? [own] : names.map((category) => ({ ...own, category }));
}

/** Every logsource that `logsourcesOf` can give. */
export const feeds: readonly Logsource[] = [
  ...unserved,
  ...[...new Set(Object.values(services))].flatMap((service): Logsource[] => {
    const own: Logsource = { product: 'windows', service };
    const names = [
      ...Object.values(categories[service] ?? {}).flat(),
      ...(service === 'sysmon' ? Object.values(registryCategories) : []),
    ];
    return [own, ...[...new Set(names)].map((category) => ({ ...own, category }))];
  }),
];
