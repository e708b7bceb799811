/** Owns this program's end of the guard: starts it, tells it of each daemon, lets it go. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { ALL_ENDED, HOLDS } from './guard.js';

const GUARD = fileURLToPath(new URL('./guard.js', import.meta.url));

export class Guarded {
  private constructor(private readonly process: ChildProcess) {}

  /** @throws OutriderError('refused') where another fleet has this folder. */
  static async begin(folder: string, isPrivate: boolean): Promise<Guarded> {
    const words = [GUARD, folder, ...(isPrivate ? ['private'] : [])];
    const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'ignore'], detached: true, cwd: '/' });
    child.stdin.on('error', () => undefined);
    const answer = await Promise.race([
      once(child.stdout, 'data').then(([data]) => String(data).trim()),
      once(child, 'exit').then(() => ''),
    ]);
    if (answer === HOLDS) return new Guarded(child);
    throw new OutriderError(
      'refused',
      `${folder} is in use by another \`coordinator dev\`. End that one, or name another folder.`,
    );
  }

  tell(pid: number): void {
    this.process.stdin?.write(`${pid}\n`);
  }

  /** Everything has ended in order; the folder is free once this resolves. */
  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.stdin?.end(`${ALL_ENDED}\n`);
    await gone;
  }
}
