/**
 * The descriptors that systemd passes on to this process when it starts it (LISTEN_FDS). Takes note of them and of
 * their names; opens, closes and uses none.
 */
import { closeOnExec } from './libc/descriptors.js';

export interface PassedDescriptor {
  /** As systemd has it: `FileDescriptorName=` of a `.socket` unit, or the name it was stored under. */
  readonly name: string;
  readonly fd: number;
}

const FIRST = 3;

/** Takes the variables out of `env`: they are for this process alone. None where they are meant for another one. */
export function takePassedDescriptors(
  env: Record<string, string | undefined>,
  pid: number = process.pid,
): readonly PassedDescriptor[] {
  const { LISTEN_FDS: count = '', LISTEN_PID: meant = '', LISTEN_FDNAMES: names = '' } = env;
  delete env['LISTEN_FDS'];
  delete env['LISTEN_PID'];
  delete env['LISTEN_FDNAMES'];
  if (!/^[1-9]\d{0,5}$/.test(count) || meant !== String(pid)) return [];
  const named = names.split(':');
  return Array.from({ length: Number(count) }, (_, index) => ({
    name: named[index] ?? '',
    fd: FIRST + index,
  })).filter(({ fd }) => keptFromChildren(fd));
}

function keptFromChildren(fd: number): boolean {
  try {
    closeOnExec(fd);
    return true;
  } catch {
    return false; // fewer than was said
  }
}
