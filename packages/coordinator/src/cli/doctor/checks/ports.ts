/** Who listens where a coordinator and its sidecars do, or would. */
import type { ListenerSight } from '@outrider/shared/domain/diagnosis.js';
import { bad, type Check, type FleetSight, ok, skipped, type Verdict } from '../check.js';

export const ports: Check = {
  name: 'ports',
  judge: (fleet) => [
    judge(fleet.coordinator?.listeners, fleet.here, undefined),
    ...fleet.hosts.map(({ name, diagnosis, here }) => judge(diagnosis?.listeners, here, name)),
  ],
};

/** `here`: seen from this machine, because whoever should listen there can't be asked. */
function judge(
  listeners: readonly ListenerSight[] | undefined,
  here: FleetSight['here'],
  host: string | undefined,
): Verdict {
  const who = host === undefined ? 'the coordinator' : `the sidecar of ${host}`;
  const seen = listeners ?? here;
  if (seen.length === 0) return skipped(`${who} cannot be asked, and is not on this machine.`, host);
  const foreign = seen.find(({ pid, own }) => pid !== 0 && !own);
  if (foreign !== undefined && (listeners !== undefined || !looksOurs(foreign))) {
    const holder = foreign.pid > 0 ? `process ${foreign.pid} (${foreign.program})` : foreign.program;
    const { what, address } = foreign;
    return bad(
      `${address}, which is listen.${what} of ${who}, is held by ${holder}: ${who} cannot listen there.`,
      `ss -ltnp 'sport = :${portOf(address)}'; end that program, or give listen.${what} another port`,
      host,
    );
  }
  const silent = seen.find(({ pid }) => pid === 0);
  if (listeners === undefined) return skipped(`${who} cannot be asked; no other program holds its ports.`, host);
  if (silent === undefined) return ok(`${who} listens at ${seen.length} addresses, each its own`, host);
  return bad(
    `Nobody listens at ${silent.address}, which is listen.${silent.what} of ${who}.`,
    `${host === undefined ? '' : `on ${host}: `}journalctl -u ${unitOf(host)} -n 50; systemctl restart ${unitOf(host)} (agents run on)`,
    host,
  );
}

const unitOf = (host: string | undefined): string => (host === undefined ? 'outrider-coordinator' : 'outrider-sidecar');

/** A program of ours that is just starting, or hangs. */
const looksOurs = ({ program }: ListenerSight): boolean => program === 'node' || program === 'MainThread';

const portOf = (address: string): string => /:(\d+)$/.exec(address)?.[1] ?? '';
