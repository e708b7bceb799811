/**
 * Takes the whole terminal, and leaves it as it was: at the end, by Ctrl-C, by a signal, and where the program breaks.
 * Only kill -9 is beyond it.
 */
import { emitKeypressEvents } from 'node:readline';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;

export interface Key {
  /** `q`, `up`, `return`; undefined: a character without a name. */
  readonly name?: string;
  readonly sequence?: string;
  readonly ctrl?: boolean;
}

export interface FullScreen {
  readonly size: () => { readonly columns: number; readonly rows: number };
  draw(lines: readonly string[]): void;
  close(): void;
}

/** `onSignal`: it ends here; `onResize`: what was drawn is of another size. Needs a terminal on both sides. */
export function openFullScreen(on: {
  readonly key: (key: Key) => void;
  readonly resize: () => void;
  readonly signal: (signal: NodeJS.Signals) => void;
}): FullScreen {
  const { stdin, stdout } = process;
  const wasRaw = stdin.isRaw;
  let open = true;
  const restore = (): void => {
    if (!open) return;
    open = false;
    stdout.write(LEAVE);
    if (stdin.isTTY) stdin.setRawMode(wasRaw);
  };
  const heard = (_text: string | undefined, key: Key): void => on.key(key);
  emitKeypressEvents(stdin);
  stdin.setRawMode(true);
  stdin.on('keypress', heard).resume();
  stdout.on('resize', on.resize);
  for (const signal of SIGNALS) process.on(signal, on.signal);
  // What is said of a bug must not vanish with the screen.
  process.on('uncaughtExceptionMonitor', restore).on('exit', restore);
  stdout.write(ENTER);
  return {
    size: () => ({ columns: stdout.columns, rows: stdout.rows }),
    draw: (lines) => {
      // As one piece, and over what is there: nothing flickers.
      if (open) stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
    },
    close: () => {
      restore();
      stdin.off('keypress', heard).pause();
      stdout.off('resize', on.resize);
      for (const signal of SIGNALS) process.off(signal, on.signal);
      process.off('uncaughtExceptionMonitor', restore).off('exit', restore);
    },
  };
}
