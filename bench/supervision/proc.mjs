// What /proc says about processes: who is alive, whose child it is, what it costs. Changes nothing.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

function text(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

function names(path) {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

export const pids = () =>
  names('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
export const commandLine = (pid) => text(`/proc/${pid}/cmdline`);
export const environment = (pid) => text(`/proc/${pid}/environ`);
export const descriptors = (pid) => names(`/proc/${pid}/fd`).length;

export function executable(pid) {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return '';
  }
}

/** Undefined: there is no such process, or only its remains. */
export function parentOf(pid) {
  const line = text(`/proc/${pid}/stat`);
  const [state, parent] = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return line === '' || state === 'Z' || state === 'X' ? undefined : Number(parent);
}

export const isAlive = (pid) => parentOf(pid) !== undefined;

/** The roots that are alive and all their descendants, but for those that `leaveOut` names and what is below them. */
export function familyOf(roots, leaveOut) {
  const children = new Map();
  for (const pid of pids()) {
    const parent = parentOf(pid);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found = new Set();
  const waiting = roots.filter(isAlive);
  for (const pid of waiting) {
    if (found.has(pid) || (!roots.includes(pid) && leaveOut(pid))) continue;
    found.add(pid);
    waiting.push(...(children.get(pid) ?? []));
  }
  return [...found];
}

/** KiB, of all of them together. `own`: what no other process shares, so what would be free again without them. */
export function memoryOf(processes) {
  const sum = { rss: 0, pss: 0, own: 0 };
  for (const pid of processes) {
    const rollup = text(`/proc/${pid}/smaps_rollup`);
    sum.rss += Number(/^Rss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    sum.pss += Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0);
    for (const [, amount] of rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+)/gm)) sum.own += Number(amount);
  }
  return sum;
}

/** Nanoseconds of processor time of all their threads. What children that have ended used is not in it. */
export function processorTimeOf(processes) {
  let sum = 0;
  for (const pid of processes) {
    for (const thread of names(`/proc/${pid}/task`)) {
      sum += Number(text(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] || 0);
    }
  }
  return sum;
}

/** How often their threads went to sleep and were woken since they began. */
export function wakeUpsOf(processes) {
  let sum = 0;
  for (const pid of processes) {
    for (const thread of names(`/proc/${pid}/task`)) {
      const line = /^voluntary_ctxt_switches:\s+(\d+)/m.exec(text(`/proc/${pid}/task/${thread}/status`));
      sum += Number(line?.[1] ?? 0);
    }
  }
  return sum;
}

/** Part of the machine's processors that was used since it began, as a reading to compare with a later one. */
export function machineReading() {
  const [, ...fields] = text('/proc/stat').split('\n')[0].trim().split(/\s+/);
  const all = fields.map(Number).reduce((sum, field) => sum + field, 0);
  return { all, idle: Number(fields[3]) + Number(fields[4]) };
}

export const busyBetween = (before, after) =>
  after.all === before.all ? 0 : 1 - (after.idle - before.idle) / (after.all - before.all);

export function machine() {
  const model = /^model name\s*:\s*(.*)$/m.exec(text('/proc/cpuinfo'))?.[1] ?? 'unknown processor';
  const memory = Math.round(Number(/^MemTotal:\s+(\d+)/m.exec(text('/proc/meminfo'))?.[1] ?? 0) / 1024 / 1024);
  const kernel = text('/proc/sys/kernel/osrelease').trim().split('-')[0];
  const cores = (text('/proc/cpuinfo').match(/^processor\s*:/gm) ?? []).length;
  return { model, cores, memoryGiB: memory, kernel, node: process.version };
}
