/** What a service says that agents.yaml has no word for, and what to do instead. */
import { listOf } from './environment.js';
import type { AgentDraft } from './imported.js';
import { asList, asText, isMap, type ValueMap } from './values.js';

/** Carried over, or noted where it is read. */
const READ = new Set(
  `command entrypoint image build working_dir scale environment env_file secrets depends_on links healthcheck restart stop_signal
  stop_grace_period user mem_limit mem_reservation cpus pids_limit ulimits security_opt volumes profiles extends`.split(
    /\s+/,
  ),
);
const DEPLOY = new Set(['replicas', 'mode', 'resources', 'restart_policy', 'labels', 'endpoint_mode']);
const NETWORK = new Set([
  'networks',
  'network_mode',
  'dns',
  'dns_search',
  'extra_hosts',
  'hostname',
  'domainname',
  'mac_address',
  'external_links',
  'expose',
]);
/** Without meaning where there is no container. */
const CONTAINER = new Set(
  `container_name init tty stdin_open platform pull_policy labels annotations logging ipc pid userns_mode cgroup cgroup_parent isolation
  shm_size attach develop`.split(/\s+/),
);

export function noteUnsaid(service: ValueMap, draft: AgentDraft): void {
  const ports = asList(service['ports']).map(portText);
  if (ports.length > 0) {
    draft.note(
      'ports',
      `${listOf(ports)}: nothing is published; the program listens on the host itself. Under "sockets" old and new share a port without a gap.`,
    );
  }
  const keys = Object.keys(service).filter(
    (key) => !READ.has(key) && key !== 'ports' && key !== 'deploy' && !key.startsWith('x-'),
  );
  const network = keys.filter((key) => NETWORK.has(key));
  if (network.length > 0) {
    draft.note(
      network.join(', '),
      'an agent is on the network of its host. Others are reached by the address of their host, not by the name of a service.',
    );
  }
  const container = keys.filter((key) => CONTAINER.has(key));
  if (container.length > 0) draft.note(container.join(', '), 'belongs to a container, which there is none of.');
  for (const key of keys) {
    if (!NETWORK.has(key) && !CONTAINER.has(key)) draft.note(key, 'there is no word for it.');
  }
  const deploy = isMap(service['deploy']) ? Object.keys(service['deploy']).filter((key) => !DEPLOY.has(key)) : [];
  if (deploy.length > 0)
    draft.note(
      `deploy.${deploy.join(', ')}`,
      'how a version is rolled out is said to `coordinator rollout`, and where an agent runs by "hosts".',
    );
  const profiles = asList(service['profiles']).flatMap((word) => asText(word) ?? []);
  if (profiles.length > 0) draft.set('profiles', profiles);
}

function portText(port: unknown): string {
  if (!isMap(port)) return String(port);
  const published = asText(port['published']);
  return `${published === undefined ? '' : `${published}:`}${asText(port['target']) ?? ''}`;
}
