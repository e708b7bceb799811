/** Proof that a process is the one that was started: a pid alone may be another's by now. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  readonly startTicks: number;
  readonly bootId: string;
  /** The folder of the control group that it was put into, where it has one of its own. */
  readonly cgroup?: string;
}

/** How a process ended. `unknown`: its status went to somebody else, and nobody can be asked. */
export type ExitStatus =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  /** The kernel killed it because memory had run out. */
  | { readonly kind: 'oom' }
  | { readonly kind: 'unknown' };

/** A listening socket that this sidecar holds; `fd` is its own descriptor. */
export interface HeldSocket {
  readonly name: string;
  readonly fd: number;
  /** As bound: `127.0.0.1:8081` or a path. */
  readonly address: string;
}
