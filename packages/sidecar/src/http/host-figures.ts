/** How busy this machine is: looked at every 15 s, so that whoever asks never waits. Loads its library when started. */
import { readFile, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as Systeminformation from 'systeminformation';
import type { HostStatus } from '@outrider/shared/domain/host.js';

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
  stop(): void;
}

/** `disk`: a folder on the file system that matters. Rejects only where the library can't be loaded. */
export async function startHostFigures(disk: string): Promise<HostFigures> {
  const { currentLoad, mem } = figuresLibrary();
  let system: HostStatus['system'] = { cpuPercent: 0, memoryPercent: 0, diskPercent: 0 };
  let network: readonly NetworkTotals[] = [];
  const look = async (): Promise<void> => {
    const [load, memory, files, totals] = await Promise.all([currentLoad(), mem(), statfs(disk), networkTotals()]);
    system = {
      cpuPercent: percent(load.currentLoad / 100),
      memoryPercent: percent(1 - memory.available / memory.total),
      // As df counts: what is kept for root is neither used nor free.
      diskPercent: percent((files.blocks - files.bfree) / (files.blocks - files.bfree + files.bavail)),
    };
    network = totals;
  };
  // A look that fails leaves the last figures standing; the next one may succeed.
  const lookQuietly = (): void => void look().catch(() => undefined);
  lookQuietly();
  const timer = setInterval(lookQuietly, EVERY_MS);
  return { system: () => system, network: () => network, stop: () => clearInterval(timer) };
}

/** The two parts of it that are asked, without the other nineteen: they would take 2 MiB for as long as this runs. */
function figuresLibrary(): Pick<typeof Systeminformation, 'currentLoad' | 'mem'> {
  const require = createRequire(import.meta.url);
  const { currentLoad } = require('systeminformation/lib/cpu.js') as Pick<typeof Systeminformation, 'currentLoad'>;
  const { mem } = require('systeminformation/lib/memory.js') as Pick<typeof Systeminformation, 'mem'>;
  return { currentLoad, mem };
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
