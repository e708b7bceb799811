/** What prepares releases on this host: where its programs are looked up, where what they say goes. */
import { mkdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '@outrider/shared/runtime/clock.js';
import type { SidecarConfig } from '../config.js';
import { findProgram } from '../process/program.js';
import { createRecordStore } from '../store/record-store.js';
import { PrepareRunner, type PrepareRunnerOptions } from '../supervise/prepare/runner.js';

type Parts = Pick<PrepareRunnerOptions, 'processes' | 'limits' | 'logs' | 'newId' | 'warn'>;

export function startPrepare({ runDir, logDir, host }: SidecarConfig, parts: Parts): PrepareRunner {
  const runner = new PrepareRunner({
    ...{ ...parts, clock: systemClock, host, ownEnvironment: { ...process.env } },
    records: createRecordStore({
      ...{ runDir: join(runDir, 'prepare'), now: () => systemClock.now(), onUnreadable: parts.warn },
    }),
    newLog: (app, step) => {
      const file = join(logDir, 'prepare', app, `${step}.log`);
      mkdirSync(dirname(file), { recursive: true, mode: 0o750 });
      rmSync(file, { force: true });
      return file;
    },
    find: (program) => {
      const found = findProgram(program, process.env['PATH'], '/');
      if (found === undefined) return undefined;
      const file = realpathSync(found);
      const { size, mtimeMs } = statSync(file);
      return { file, identity: `${file} ${size} ${mtimeMs}` };
    },
  });
  runner.start();
  return runner;
}
