/** An order to run another number of instances, looked at before it is one. */
import type { HostSpec } from '@outrider/shared/domain/release.js';
import { asScaled, problemOfReplicas } from '@outrider/shared/domain/scaling.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { didYouMean } from '@outrider/shared/runtime/suggest.js';
import type { EventOf } from '../host/host-event.js';
import { appOf, type HostState } from '../host/host-state.js';
import type { Moment } from '../host/moment.js';
import { reservationProblems } from '../host/reservations.js';
import type { ScaleOrder } from '../link/ports.js';
import * as input from './host-driver-input.js';
import type { HostDriverOptions } from './host-driver-options.js';
import { othersOf } from './host-driver-problems.js';
import { type ReadSpec, scaledSpec } from './host-driver-specs.js';

/** @throws OutriderError where the agent is not there, or can't have so many instances here. */
export function scaleEvent(
  { app, agent, replicas, by, reason }: ScaleOrder,
  state: HostState,
  options: HostDriverOptions,
  read: ReadSpec,
  at: Moment,
): EventOf<'scale'> {
  input.checkName('app', app);
  input.checkText('by', by);
  const own = appOf(state, app);
  const spec = own.active === undefined ? undefined : read(app, own.active);
  const known = spec?.agents.find(({ name }) => name === agent);
  if (spec === undefined || known === undefined) {
    const hint = didYouMean(agent, spec?.agents.map(({ name }) => name) ?? []);
    throw new OutriderError('not_found', `There is no agent ${agent} of app ${app} on host ${options.host}.${hint}`);
  }
  const outside = problemOfReplicas(known, replicas);
  if (outside !== undefined) throw new OutriderError('refused', outside);
  const isUp = replicas > asScaled(known, own.scaled).replicas;
  const problem = isUp ? noRoomFor(scaledSpec(spec, own.scaled), { agent, replicas }, state, options) : undefined;
  if (problem !== undefined) throw new OutriderError('refused', `${agent} can't be scaled to ${replicas}: ${problem}`);
  return { kind: 'scale', agent, replicas, declared: known.replicas, by, reason, at };
}

/** As where a release is brought here: what is promised to all agents has to be there. */
function noRoomFor(
  spec: HostSpec,
  { agent, replicas }: Pick<ScaleOrder, 'agent' | 'replicas'>,
  state: HostState,
  options: HostDriverOptions,
): string | undefined {
  const machine = options.machine?.();
  if (machine === undefined) return undefined;
  const agents = spec.agents.map((one) => (one.name === agent ? { ...one, replicas } : one));
  return reservationProblems({ ...spec, agents }, othersOf(spec, state, options), machine)[0];
}
