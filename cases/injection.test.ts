import fc from 'fast-check';
import { describe } from 'vitest';
import { allFormats } from '../connectors/formats.ts';
import { hostileText, realAddress } from '../test/hostile.ts';
import { itAimsRight, itReadsInLinearTime } from '../test/injection.ts';

type Write = (address: string, text: string) => unknown;

/** Records of services that log JSON, with a stranger's text wherever one can write. */
const writers: Readonly<Record<string, Write>> = {
  'aws-cloudtrail': (address, text) => ({
    eventVersion: '1.09',
    eventSource: 'signin.amazonaws.com',
    eventName: 'ConsoleLogin',
    sourceIPAddress: address,
    userAgent: text,
    userIdentity: { type: 'IAMUser', userName: text },
    requestParameters: { userName: text, sourceIPAddress: '1.2.3.4' },
    additionalEventData: { LoginTo: text },
    responseElements: { ConsoleLogin: 'Failure' },
  }),
  okta: (address, text) => ({
    eventType: 'user.session.start',
    published: '2026-11-20T10:00:00Z',
    actor: { alternateId: text, displayName: text },
    client: { ipAddress: address, userAgent: { rawUserAgent: text } },
    outcome: { result: 'FAILURE', reason: text },
    request: { ipChain: [{ ip: '1.2.3.4' }] },
    debugContext: { debugData: { requestUri: text, url: text } },
  }),
  'm365-audit': (address, text) => ({
    CreationTime: '2026-11-20T10:00:00',
    Operation: 'UserLoginFailed',
    RecordType: 15,
    Workload: 'AzureActiveDirectory',
    ClientIP: address,
    UserId: text,
    ExtendedProperties: [
      { Name: 'UserAgent', Value: text },
      { Name: 'ClientIP', Value: '1.2.3.4' },
    ],
  }),
  azure: (address, text) => ({
    time: '2026-11-20T10:00:00Z',
    category: 'SignInLogs',
    operationName: 'Sign-in activity',
    resultType: '50126',
    callerIpAddress: address,
    properties: { userPrincipalName: text, userAgent: text, ipAddress: '1.2.3.4', deviceDetail: { browser: text } },
  }),
  'gcp-audit': (address, text) => ({
    timestamp: '2026-11-20T10:00:00Z',
    logName: text,
    protoPayload: {
      serviceName: 'compute.googleapis.com',
      methodName: text,
      requestMetadata: { callerIp: address, callerSuppliedUserAgent: text },
      request: { callerIp: '1.2.3.4', note: text },
    },
  }),
  'kubernetes-audit': (address, text) => ({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    verb: 'get',
    requestURI: text,
    userAgent: text,
    user: { username: text },
    // Whatever a client writes into X-Forwarded-For stands before the address of the connection.
    sourceIPs: ['1.2.3.4', text, address],
  }),
  'github-audit': (address, text) => ({
    action: 'repo.create',
    _document_id: 'd',
    actor: text,
    org: text,
    actor_ip: address,
    user_agent: text,
    data: { actor_ip: '1.2.3.4' },
  }),
  'bitbucket-audit': (address, text) => ({
    auditType: { action: 'User login failed', category: 'Authentication' },
    author: { name: text },
    source: `1.2.3.4,${address}`,
  }),
  opencanary: (address, text) => ({
    logtype: 3001,
    node_id: 'n',
    src_host: address,
    dst_host: '192.0.2.1',
    logdata: { USERNAME: text, PASSWORD: text, PATH: text, src_host: '1.2.3.4' },
  }),
};

describe.each(Object.entries(writers))('text of a stranger in %s', (name, write) => {
  const format = allFormats.get(name);
  if (!format) throw new Error(`there is no format ${name}`);
  itAimsRight(
    'never moves the address',
    format,
    fc
      .tuple(realAddress, hostileText)
      .map(([address, text]) => ({ line: JSON.stringify(write(address, text)), address })),
  );

  const [before = '', after = ''] = JSON.stringify(write('203.0.113.77', '@@@')).split('@@@', 2);
  itReadsInLinearTime(format, [
    [before, '{', `${after}"`],
    [before, 'a', `${after}"`],
    ['{"Records":', '[', ''],
    ['', ' ', '{}'],
  ]);
});
