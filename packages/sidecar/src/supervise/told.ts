import type { InstanceEvent } from '../agent/instance.js';

type Bare<E> = E extends InstanceEvent ? Omit<E, 'at' | 'random' | 'next'> : never;

/** An event as it happens; time and chance are added when it is decided on. */
export type Told = Bare<InstanceEvent>;
