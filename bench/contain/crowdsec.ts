import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { until } from '../../test/until.ts';
import type { Contender } from './contender.ts';

interface CrowdsecConfig {
  common: Record<string, unknown>;
  config_paths: Record<string, string>;
  crowdsec_service: Record<string, unknown>;
  db_config: Record<string, unknown>;
  api: { client: Record<string, unknown>; server: Record<string, unknown> };
  prometheus: Record<string, unknown>;
}

/** Debian's CrowdSec agent, local API and firewall bouncer, offline hub, `pollEvery` as the bouncer's update_frequency (its default is 10s). */
export function crowdsec(samples: number, pollEvery: string): Contender {
  return {
    name: `CrowdSec + bouncer (polling ${pollEvery})`,
    lines: 8,
    samples,
    jitterMs: 2_000,
    async start(host, logFile, folder) {
      const config = join(folder, `crowdsec-${pollEvery}`);
      cpSync('/etc/crowdsec', config, { recursive: true });
      mkdirSync(join(config, 'data'), { recursive: true });
      cpSync('/var/lib/crowdsec/data', join(config, 'data'), { recursive: true });
      const settings = parse(readFileSync('/etc/crowdsec/config.yaml', 'utf8')) as CrowdsecConfig;
      settings.common = { daemonize: false, log_media: 'stdout', log_level: 'info' };
      for (const [key, value] of Object.entries(settings.config_paths))
        settings.config_paths[key] = value
          .replace('/etc/crowdsec', config)
          .replace('/var/lib/crowdsec/data', join(config, 'data'));
      const acquisition = join(config, 'acquis.yaml');
      writeFileSync(acquisition, `filenames:\n  - ${logFile}\nlabels:\n  type: syslog\n`);
      settings.crowdsec_service = { acquisition_path: acquisition, parser_routines: 1 };
      settings.db_config = { type: 'sqlite', db_path: join(config, 'crowdsec.db') };
      const credentials = join(config, 'local_api_credentials.yaml');
      settings.api = {
        client: { insecure_skip_verify: false, credentials_path: credentials },
        server: { log_level: 'info', listen_uri: '127.0.0.1:8080', profiles_path: join(config, 'profiles.yaml') },
      };
      settings.prometheus = { enabled: false };
      const file = join(config, 'config.yaml');
      writeFileSync(file, stringify(settings));
      const cscli = (...args: string[]) => host.run('cscli', '-c', file, ...args);
      cscli(
        'machines',
        'add',
        'bench',
        '--password',
        'bench-password',
        '--url',
        'http://127.0.0.1:8080',
        '-f',
        credentials,
      );
      cscli('bouncers', 'add', 'bench', '-k', 'bench-key');

      const agent = host.start('crowdsec', ['-c', file]);
      let agentLog = '';
      agent.stdout?.on('data', (chunk: Buffer) => (agentLog += chunk.toString()));
      agent.stderr?.on('data', (chunk: Buffer) => (agentLog += chunk.toString()));
      await until(() => agentLog.includes('Starting processing data') || agentLog.includes('Adding file'), {
        timeoutMs: 30_000,
        what: 'the CrowdSec agent',
      });

      const bouncerFile = join(config, 'bouncer.yaml');
      writeFileSync(
        bouncerFile,
        stringify({
          mode: 'nftables',
          pid_dir: `${folder}/`,
          update_frequency: pollEvery,
          daemonize: true,
          log_mode: 'stdout',
          log_level: 'info',
          api_url: 'http://127.0.0.1:8080/',
          api_key: 'bench-key',
          disable_ipv6: true,
          deny_action: 'DROP',
          supported_decisions_types: ['ban'],
          nftables: {
            ipv4: { enabled: true, 'set-only': false, table: 'crowdsec', chain: 'crowdsec-chain' },
            ipv6: { enabled: false },
          },
          prometheus: { enabled: false, listen_addr: '127.0.0.1', listen_port: '60601' },
        }),
      );
      const bouncer = host.start('crowdsec-firewall-bouncer', ['-c', bouncerFile]);
      await until(
        () => {
          try {
            return host.run('nft', 'list', 'table', 'ip', 'crowdsec').includes('chain');
          } catch {
            return false;
          }
        },
        { timeoutMs: 20_000, what: 'the bouncer to make its table' },
      );
      return {
        version: (/version:\s*v?(\S+)/.exec(cscli('version')) ?? [])[1] ?? 'as packaged',
        async stop() {
          for (const child of [bouncer, agent]) {
            child.kill('SIGTERM');
            await Promise.race([
              new Promise((resolve) => child.once('exit', resolve)),
              new Promise((resolve) => setTimeout(resolve, 5_000)),
            ]);
            child.kill('SIGKILL');
          }
        },
      };
    },
  };
}
