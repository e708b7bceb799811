/** Commands that bring a release, checked, as the events they are to the host's state. */
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { EventOf } from '../host/host-event.js';
import { appOf, type HostState } from '../host/host-state.js';
import type { Moment } from '../host/moment.js';
import { switchLimitMs } from '../host/switch-limit.js';
import type { HostCommand, HostControl, SwitchHow } from '../link/ports.js';
import * as input from './host-driver-input.js';
import type { HostDriverOptions } from './host-driver-options.js';
import { problemOf } from './host-driver-problems.js';
import { ordersWith, scaledSpec, specHere } from './host-driver-specs.js';
import type { StatusWriter } from './host-driver-status.js';

/** Keeps both documents; what speaks against the release on this host is part of the event. */
export function stageOrder(
  command: HostCommand,
  source: Parameters<HostControl['stage']>[1],
  state: HostState,
  options: HostDriverOptions,
): Omit<EventOf<'stage'>, 'at'> {
  input.checkCommand(command);
  input.checkRelease(source.release);
  for (const address of source.sources) input.checkText('sources', address);
  const peers = input.peersOf(source.peers ?? []);
  const spec = options.releases.accept(source);
  if (spec.app !== command.app) {
    throw new OutriderError('invalid', `The host spec is of app ${spec.app}, the command is for ${command.app}.`);
  }
  const problem = problemOf(spec, state, options);
  const { release, sources } = source;
  return {
    ...{ kind: 'stage', order: input.orderOf(command), release, sources },
    ...(peers.length === 0 ? {} : { peers }),
    ...(problem === undefined ? {} : { problem }),
  };
}

export interface SwitchAsk {
  readonly release: ReleaseRef;
  readonly confirmWithinMs: number;
  readonly record: string;
  readonly how: SwitchHow;
}

export function switchOrder(
  command: HostCommand,
  { release, confirmWithinMs, record, how }: SwitchAsk,
  state: HostState,
  at: Moment,
  writer: StatusWriter,
): EventOf<'switch'> {
  input.checkCommand(command);
  input.checkRelease(release);
  input.checkConfirmWithin(confirmWithinMs, 0);
  input.checkRecord(record);
  const { spec: read } = writer;
  const [next, own] = [read(command.app, release), appOf(state, command.app)];
  const before = own.active === undefined ? undefined : specHere(own, own.active, read);
  const coming = { isRollback: confirmWithinMs === 0, by: command.by, since: at.wall };
  const scaled = ordersWith(own, release, next, read, coming);
  return {
    ...{ kind: 'switch', order: input.orderOf(command), release, confirmWithinMs, record, at },
    strategy: input.strategyOf(how.strategy ?? ''),
    ...(how.onLeaseEnd === 'hold' ? { onLeaseEnd: 'hold' } : {}),
    ...(how.noGrace === true ? { urgent: true } : {}),
    ...{ staged: next !== undefined, scaled },
    limitMs: switchLimitMs(before?.agents ?? [], next === undefined ? [] : scaledSpec(next, scaled).agents),
  };
}

export function renewOrder({ app, ...renewal }: Parameters<HostControl['renew']>[0]): Omit<EventOf<'renew'>, 'at'> {
  input.checkName('app', app);
  input.checkEpoch(renewal.epoch, renewal.holder);
  input.checkText('rollout', renewal.rollout);
  input.checkConfirmWithin(renewal.confirmWithinMs, 1);
  return { kind: 'renew', ...renewal };
}
