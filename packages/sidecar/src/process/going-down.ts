/** Whether this machine is being shut down, which only systemd knows. */
import { execFile } from 'node:child_process';

/** A system that does not answer is not taken for one that goes down. */
const LONGEST_MS = 2_000;

/** Never rejects; false where there is no systemd. */
export function machineGoesDown(): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { timeout: LONGEST_MS, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
    // Its exit code is that of a failure while the system is in any state but "running".
    execFile('systemctl', ['is-system-running'], options, (_error, stdout) => resolve(stdout.trim() === 'stopping'));
  });
}
