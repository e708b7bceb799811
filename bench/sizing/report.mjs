// Records of the bench of sizing as two tables. Pure.
import { spread, table } from '../command.mjs';

const HOST_COLUMNS = {
  'PSS, MiB': [(one) => one.processes.sidecar.pssMiB, 1],
  'RSS, MiB': [(one) => one.processes.sidecar.rssMiB, 1],
  'CPU, % of a core': [(one) => one.processes.sidecar.cpuPercent, 1],
  'wake-ups a second': [(one) => one.processes.sidecar.wakeUpsPerS, 0],
  'written, MiB an hour': [(one) => one.processes.sidecar.writtenMiBPerH, 1],
  'with the coordinator, MiB an hour': [(one) => one.counted.coordinator, 1],
  'with Redis, MiB an hour': [(one) => one.counted.redis, 1],
  'scraped, MiB an hour': [(one) => one.scraped.sidecar, 1],
  'rollout, s': [(one) => one.rolloutS, 1],
};

const FLEET_COLUMNS = {
  'PSS, MiB': [(one) => one.processes.coordinator.pssMiB, 1],
  'RSS, MiB': [(one) => one.processes.coordinator.rssMiB, 1],
  'CPU, % of a core': [(one) => one.processes.coordinator.cpuPercent, 1],
  'Redis, MiB': [(one) => one.redis.memoryMiB, 1],
  'commands a second': [(one) => one.redis.commandsPerS, 1],
};

export function report(records) {
  const real = records.filter(({ hosts }) => hosts === 1);
  const sizes = [...new Set(real.map(({ agents }) => agents))];
  const ofHost = sizes.map((agents) => row([agents], of(real, { agents }), HOST_COLUMNS));
  const fleets = [...new Set(records.map(({ agents, hosts }) => `${agents} ${hosts}`))].map((key) => {
    const [agents, hosts] = key.split(' ').map(Number);
    return row([agents, hosts], of(records, { agents, hosts }), FLEET_COLUMNS);
  });
  return (
    `The sidecar of one host:\n\n${table(['agents', ...Object.keys(HOST_COLUMNS)], ofHost)}\n` +
    `The coordinator and Redis:\n\n${table(['agents a host', 'hosts', ...Object.keys(FLEET_COLUMNS)], fleets)}`
  );
}

const of = (records, wanted) =>
  records.filter((one) => Object.entries(wanted).every(([key, value]) => one[key] === value));

const row = (begin, records, columns) => [
  ...begin,
  ...Object.values(columns).map(([read, digits]) => spread(records.map(read), digits)),
];
