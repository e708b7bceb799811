/** Proof that a process is the one that was started: a pid alone may be another's by now. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: clock ticks since boot. */
  readonly startTicks: number;
  readonly bootId: string;
}

/** How a process ended. `unknown`: it was adopted, so its status went to somebody else. */
export type ExitStatus =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  | { readonly kind: 'unknown' };

/** A listening socket that this sidecar holds; `fd` is its own descriptor. */
export interface HeldSocket {
  readonly name: string;
  readonly fd: number;
  /** As bound: `127.0.0.1:8081` or a path. */
  readonly address: string;
}
