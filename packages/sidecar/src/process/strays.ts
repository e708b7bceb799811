/**
 * Finds agents that run without a record that could be read: their environment still says what they are. Only looks.
 */
import { readFileSync, statSync } from 'node:fs';
import type { ProcessIdentity } from '../agent/identity.js';
import type { Stray } from '../supervise/ports.js';
import type { ProcessTable } from './process-tree.js';

/** `bus`: what OUTRIDER_BUS of this sidecar's own agents begins with. */
export function straysIn(table: ProcessTable, bus: string): readonly Stray[] {
  const found = new Map<string, Stray>();
  for (const identity of table.leaders()) {
    const stray = strayOf(identity, bus);
    if (stray === undefined) continue;
    // Its children may lead sessions too: the oldest is the program itself.
    const known = found.get(stray.incarnation);
    if (known === undefined || isOlder(identity, known.identity)) found.set(stray.incarnation, stray);
  }
  return [...found.values()];
}

const isOlder = (one: ProcessIdentity, other: ProcessIdentity): boolean =>
  one.startTicks < other.startTicks || (one.startTicks === other.startTicks && one.pid < other.pid);

function strayOf(identity: ProcessIdentity, bus: string): Stray | undefined {
  const environment = environmentOf(identity.pid);
  const { OUTRIDER_APP: app, OUTRIDER_AGENT: agent, OUTRIDER_INCARNATION: incarnation } = environment;
  if (environment['OUTRIDER_BUS']?.startsWith(bus) !== true) return undefined;
  if (app === undefined || agent === undefined || incarnation === undefined) return undefined;
  if (!seesOurFolder(identity.pid, bus)) return undefined;
  const index = Number(environment['OUTRIDER_INSTANCE']);
  const version = environment['OUTRIDER_VERSION'] ?? '';
  return { identity, app, agent, index: Number.isSafeInteger(index) ? index : 0, incarnation, version };
}

/** A container may have a sidecar of its own, with a folder of the same name. */
function seesOurFolder(pid: number, bus: string): boolean {
  const folder = bus.replace('ipc://', '');
  const ours = statSync(folder, { throwIfNoEntry: false });
  try {
    const theirs = statSync(`/proc/${pid}/root${folder}`);
    return ours === undefined || (theirs.dev === ours.dev && theirs.ino === ours.ino);
  } catch {
    return ours === undefined;
  }
}

/** As it was started with; empty where we may not look. */
function environmentOf(pid: number): Readonly<Record<string, string | undefined>> {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return {};
  }
  if (!text.includes('OUTRIDER_BUS=')) return {};
  return Object.fromEntries(
    text.split('\0').flatMap((entry) => {
      const at = entry.indexOf('=');
      return at > 0 ? [[entry.slice(0, at), entry.slice(at + 1)]] : [];
    }),
  );
}
