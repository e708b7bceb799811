/** Another number of instances of an agent: ordered, and waited for. */
import type { HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import type { HostControl, ScaleOrder } from './ports.js';

export type ScaleAsk = Omit<ScaleOrder, 'reason'>;
type Scaling = Pick<HostControl, 'status' | 'onChange' | 'scale'>;

/** Of instances on their way: `pending` ones that wait for another agent may do so for long, and are not waited for. */
const ON_THE_WAY: ReadonlySet<InstanceStatus['state']> = new Set(['starting', 'draining', 'stopping']);

/**
 * Resolves with the instances once as many as were asked for have come up or gone, or somebody has ordered another number;
 * a caller that goes away ends the waiting alone. @throws OutriderError as `HostControl.scale`.
 */
export async function scaleAgent(
  host: Scaling,
  ask: ScaleAsk,
  signal?: AbortSignal,
): Promise<readonly InstanceStatus[]> {
  const app = ask.app === '' ? appWith(host.status(), ask.agent) : ask.app;
  host.scale({ ...ask, app, reason: '' });
  await new Promise<void>((resolve) => {
    let end = (): void => undefined;
    const look = (): void => {
      if (signal?.aborted !== true && !isOver(host.status(), { ...ask, app })) return;
      end();
      signal?.removeEventListener('abort', look);
      resolve();
    };
    end = host.onChange(look);
    signal?.addEventListener('abort', look);
    look();
  });
  return instancesOf(host.status(), { ...ask, app });
}

function isOver(status: HostStatus, ask: ScaleAsk): boolean {
  const wanted = status.apps.find(({ app }) => app === ask.app)?.agents.find(({ name }) => name === ask.agent);
  if (wanted?.replicas !== ask.replicas) return true;
  const there = instancesOf(status, ask);
  return there.length === ask.replicas && !there.some((one) => one.incarnation !== '' && ON_THE_WAY.has(one.state));
}

const instancesOf = ({ instances }: HostStatus, { app, agent }: ScaleAsk): readonly InstanceStatus[] =>
  instances.filter((one) => one.app === app && one.agent === agent);

/** Two apps may have an agent of one name, with bounds of their own. */
function appWith({ host, apps }: HostStatus, agent: string): string {
  const having = apps.filter(({ agents }) => agents.some(({ name }) => name === agent)).map(({ app }) => app);
  const [only] = having;
  if (only === undefined) {
    const known = [...new Set(apps.flatMap(({ agents }) => agents.map(({ name }) => name)))];
    throw new OutriderError('not_found', `No agent ${agent} on host ${host}.${didYouMean(agent, known)}`);
  }
  if (having.length > 1) {
    throw new OutriderError(
      'invalid',
      `${agent} is an agent of the apps ${having.join(', ')} on ${host}: say which, with --app.`,
    );
  }
  return only;
}
