/** For tests: a supervisor in a process of its own, so that it can be killed. Told and asked over the IPC channel. */
import type { Target, TargetMode } from '../ports.js';
import { Rig } from './rig.js';

export interface Order {
  readonly target: Target;
  readonly mode: TargetMode;
}

const [, , folder = ''] = process.argv;
const rig = new Rig({}, folder);
const tell = (): void => {
  const { supervisor, events, warnings } = rig;
  process.send?.({ instances: supervisor.instances(), convergence: supervisor.convergence('app'), events, warnings });
};
rig.supervisor.onChange(tell);
process.on('message', ({ target, mode }: Order) => rig.supervisor.setTarget('app', target, mode));
tell();
