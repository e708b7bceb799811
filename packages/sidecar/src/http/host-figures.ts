/** How busy this machine is: looked at every 15 s, so that whoever asks never waits. Loads its library when started. */
import { readFile, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import type * as Systeminformation from 'systeminformation';
import type { HostStatus } from '@outrider/shared/domain/host.js';
import { sessionFigures } from './session-figures.js';

const EVERY_MS = 15_000;

export interface NetworkTotals {
  readonly device: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

export interface HostFigures {
  /** The latest; zeros before the first look. */
  readonly system: () => HostStatus['system'];
  readonly network: () => readonly NetworkTotals[];
  /** Resident memory of the session that this process leads. */
  readonly memoryOf: (pid: number) => number | undefined;
  /** Percent of one processor, between the last two looks; undefined before there were two. */
  readonly cpuOf: (pid: number) => number | undefined;
  stop(): void;
}

/** `disk`: a folder on the file system that matters. Rejects only where the library can't be loaded. */
export async function startHostFigures(disk: string): Promise<HostFigures> {
  const { mem } = figuresLibrary();
  let system: HostStatus['system'] = { cpuPercent: 0, memoryPercent: 0, diskPercent: 0 };
  let network: readonly NetworkTotals[] = [];
  const sessionsNow = sessionFigures(() => performance.now());
  let sessions: ReturnType<typeof sessionsNow> = new Map();
  let former = sessions;
  let looked = { at: 0, seconds: 0 };
  let before = { busy: 0, all: 0 };
  const look = async (): Promise<void> => {
    const [memory, files, totals] = await Promise.all([mem(), statfs(disk), networkTotals()]);
    const now = processorTimes();
    const [busy, all] = [now.busy - before.busy, now.all - before.all];
    before = now;
    system = {
      cpuPercent: percent(busy / all),
      memoryPercent: percent(1 - memory.available / memory.total),
      memoryAvailableBytes: memory.available,
      memoryTotalBytes: memory.total,
      // As df counts: what is kept for root is neither used nor free.
      diskPercent: percent((files.blocks - files.bfree) / (files.blocks - files.bfree + files.bavail)),
    };
    network = totals;
    former = sessions;
    sessions = sessionsNow();
    const at = performance.now();
    looked = { at, seconds: (at - looked.at) / 1000 };
  };
  // A look that fails leaves the last figures standing; the next one may succeed.
  const lookQuietly = (): void => void look().catch(() => undefined);
  lookQuietly();
  const timer = setInterval(lookQuietly, EVERY_MS);
  return {
    system: () => system,
    network: () => network,
    memoryOf: (pid) => sessions.get(pid)?.memoryBytes,
    cpuOf: (pid) => {
      const [now, then] = [sessions.get(pid)?.cpuSeconds, former.get(pid)?.cpuSeconds];
      if (now === undefined || then === undefined) return undefined;
      return Math.round((Math.max(0, now - then) / looked.seconds) * 1000) / 10;
    },
    stop: () => clearInterval(timer),
  };
}

/**
 * The one part of it that is asked, without the other twenty: they would take 2 MiB for as long as this runs, and the
 * one for processors runs a shell and waits for it.
 */
const figuresLibrary = (): Pick<typeof Systeminformation, 'mem'> =>
  createRequire(import.meta.url)('systeminformation/lib/memory.js') as Pick<typeof Systeminformation, 'mem'>;

/** Of all processors since boot, in milliseconds. */
function processorTimes(): { readonly busy: number; readonly all: number } {
  let [idle, all] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.irq + times.idle;
  }
  return { busy: all - idle, all };
}

/** 0 to 100, to one decimal. */
const percent = (share: number): number =>
  Number.isFinite(share) ? Math.round(Math.min(1, Math.max(0, share)) * 1000) / 10 : 0;

/** Since boot, per device, without loopback. */
async function networkTotals(): Promise<NetworkTotals[]> {
  const text = await readFile('/proc/net/dev', 'utf8');
  return text.split('\n').flatMap((line) => {
    const [device = '', rest] = line.split(':');
    const fields = rest?.trim().split(/\s+/).map(Number);
    const [receivedBytes, , , , , , , , sentBytes] = fields ?? [];
    if (receivedBytes === undefined || sentBytes === undefined || device.trim() === 'lo') return [];
    return [{ device: device.trim(), receivedBytes, sentBytes }];
  });
}
