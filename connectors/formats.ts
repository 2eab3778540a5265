import type { Format } from '../src/connector/index.ts';
import { auditd } from './auditd/format.ts';
import { azure } from './azure/format.ts';
import { bitbucketAudit } from './bitbucket/format.ts';
import { cloudTrail } from './cloudtrail/format.ts';
import { gcpAudit } from './gcp/format.ts';
import { githubAudit } from './github/format.ts';
import { iis } from './iis/format.ts';
import { json } from './json/format.ts';
import { kubernetesAudit } from './kubernetes/format.ts';
import { linuxSysmon } from './linux-sysmon/format.ts';
import { m365Audit } from './m365/format.ts';
import { okta } from './okta/format.ts';
import { openCanary } from './opencanary/format.ts';
import { sshd } from './sshd/format.ts';
import { suricataEve } from './suricata/format.ts';
import { webAccess } from './web-access/format.ts';
import { windowsEvent } from './windows/format.ts';
import { zeek } from './zeek/format.ts';

/** Every format, by name. The generic one comes last: it recognises any JSON. */
export const allFormats: ReadonlyMap<string, Format> = new Map(
  [
    sshd,
    webAccess,
    iis,
    suricataEve,
    zeek,
    windowsEvent,
    linuxSysmon,
    auditd,
    cloudTrail,
    m365Audit,
    azure,
    okta,
    gcpAudit,
    kubernetesAudit,
    githubAudit,
    bitbucketAudit,
    openCanary,
    json,
  ].map((format) => [format.name, format]),
);
