/** Owns how V8 uses memory in the daemon: little of it, since a sidecar is idle most of the time. Decides nothing else. */
import { setFlagsFromString } from 'node:v8';

/**
 * Called before the daemon is loaded. A flag that a later V8 does not know is ignored with a word on standard error;
 * nothing depends on it.
 */
export function keepHeapSmall(): void {
  // The space for new objects would grow to 32 MiB while everything is loaded, and stay empty from then on.
  setFlagsFromString('--max-semi-space-size=1');
  setFlagsFromString('--semi-space-growth-factor=1');
  // Old objects are moved together sooner, and the heap grows in smaller steps.
  setFlagsFromString('--optimize-for-size');
  // Nothing here runs hot: machine code for it costs 10 MiB, and the threads that make it get in the way of agents.
  setFlagsFromString('--no-opt');
}
