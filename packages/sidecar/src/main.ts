/**
 * The composition root of `sidecar run`, with its two halves in compose/: what starts agents comes first; gRPC, Redis
 * and the rest are loaded after. Holds no behaviour of its own but how a sidecar begins and ends.
 */
import { sayReady } from '@outrider/shared/cli/ready.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { createLogger, type Logger } from '@outrider/shared/runtime/logger.js';
import type { RunOptions } from './cli/program.js';
import { checkControl, openControl } from './compose/control.js';
import { drainAgents, reasonToDrain } from './compose/drain.js';
import { startInside } from './compose/inside.js';
import { giveBackMemory } from './compose/small-heap.js';
import { loadConfig } from './config.js';
import { checkOpenFiles } from './process/open-files.js';
import { lockFolders } from './process/run-lock.js';
import { createSystemdNotify } from './process/systemd-notify.js';

/** Agents are on their way by then, and whoever looks first has been answered. */
const SETTLED_MS = 1_500;
const DRAIN_ON_STOP = { path: ['drain', 'on_stop'], value: true, origin: '--drain-on-stop' } as const;

/** Runs until SIGTERM or SIGINT and then ends the process; with `checkConfig`, only reads the settings. */
export async function run(options: RunOptions): Promise<void> {
  const flags = options.drainOnStop ? [DRAIN_ON_STOP] : [];
  const config = loadConfig(options.config, process.env, flags);
  if (options.checkConfig) {
    checkControl(config);
    process.stdout.write(options.json ? '{"ok":true}\n' : 'The settings are good.\n');
    return;
  }
  checkOpenFiles();
  const log = createLogger({ name: 'sidecar', ...config.log, fields: { host: config.host } });
  for (const noticed of config.notes) log.warn(noticed);
  endOnBugs(log);
  const unlock = await lockFolders(config.runDir, config.dataDir);
  const systemd = createSystemdNotify();
  const ended = new Promise<string>((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve));
  try {
    const inside = startInside(config, log);
    inside.rotation.start();
    const closeControl = await openControl(config, inside, log);
    const beating = startWatchdog(systemd);
    const { startFaces } = await import('./compose/faces.js');
    // Asked to end while an address is still taken: nobody waits for it.
    const faces = await Promise.race([startFaces(config, inside, log), ended.then(() => undefined)]);
    if (faces !== undefined) {
      systemd.ready();
      log.info({ ...faces.addresses }, 'the sidecar runs');
      const { addresses, link, tokenFile } = faces;
      sayReady({ host: config.host, ...addresses, token_file: tokenFile, link }, options.json);
      setTimeout(giveBackMemory, SETTLED_MS).unref();
    }
    const signal = await ended;
    systemd.stopping();
    const reason = await reasonToDrain(config);
    inside.host.stop();
    inside.hooks.stop();
    log.info({ signal, reason }, `the sidecar ends; its agents ${reason === undefined ? 'run on' : 'end before it'}`);
    if (reason !== undefined) await drainAgents(config, inside, systemd, log);
    clearInterval(beating);
    await faces?.close();
    await closeControl();
    inside.bus.closeAll();
    inside.notify.closeAll();
    await inside.rotation.stop();
  } catch (error) {
    log.fatal({ err: error }, messageOf(error));
    throw error;
  } finally {
    unlock();
    // Agents are processes of their own: nothing that still waits here is theirs. Standard error is written by now.
    setImmediate(() => process.exit());
  }
}

/** A state that nobody has thought of is left at once: agents run on, and the next sidecar takes them over. */
function endOnBugs(log: Logger): void {
  const end = (error: unknown): void => {
    log.fatal({ err: error }, `the sidecar ends because of a bug: ${messageOf(error)}; its agents run on`);
    process.exit(1);
  };
  process.on('uncaughtException', end).on('unhandledRejection', end);
}

function startWatchdog(systemd: ReturnType<typeof createSystemdNotify>): NodeJS.Timeout | undefined {
  return systemd.watchdogMs === undefined ? undefined : setInterval(() => systemd.watchdog(), systemd.watchdogMs);
}
