/** Owns how the daemon uses memory: little of it, since a sidecar is idle most of the time. Decides nothing else. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { giveBackFreed } from '../process/libc/memory.js';

/**
 * Called before the daemon is loaded. A flag that a later V8 does not know is ignored with a word on standard error;
 * nothing depends on it.
 */
export function keepHeapSmall(): void {
  // The space for new objects would grow to 32 MiB while everything is loaded, and stay empty from then on.
  setFlagsFromString('--max-semi-space-size=4');
  setFlagsFromString('--semi-space-growth-factor=1');
  // In so small a space, four threads that look for what is alive have less to do than to begin and to end.
  setFlagsFromString('--no-parallel-scavenge');
  // Old objects are moved together sooner, and the heap grows in smaller steps.
  setFlagsFromString('--optimize-for-size');
  // Nothing here runs hot: machine code for it costs 10 MiB, and the threads that make it get in the way of agents.
  setFlagsFromString('--no-opt');
}

/** While gigabytes are hashed and unpacked, in a thread that shares these flags: machine code pays for itself then. */
export function runHot(isHot: boolean): void {
  setFlagsFromString(isHot ? '--opt' : '--no-opt');
}

/**
 * What only the start has needed goes back to the system now, not in some minutes. Takes some 50 ms; where V8 or the C
 * library knows no way, nothing is done.
 */
export function giveBackMemory(): void {
  try {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
    collect();
    // What the first has emptied is given back when the second begins.
    collect();
    giveBackFreed();
  } catch {
    // It is given back later.
  }
}
