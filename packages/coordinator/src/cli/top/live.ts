/** `coordinator top` on a terminal: asks again and again, draws, and does what keys say, until somebody leaves. */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { isAway, withCoordinator } from '../connection.js';
import { type Globals, QUESTION_MS } from '../globals.js';
import { type Key, openFullScreen } from './full-screen.js';
import { screenOf, SORTS, type View } from './screen.js';
import { type Snapshot, snapshotOf } from './snapshot.js';

/** What a shell adds to the number of a signal. */
const SIGNALLED: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** Returns the exit code. Rejects where the first question already has no answer. */
export async function liveTop(globals: Globals, view: View, everyMs: number): Promise<number> {
  const ask = (signal?: AbortSignal): Promise<Snapshot> =>
    withCoordinator(globals, (remote) =>
      snapshotOf(remote, { timeoutMs: QUESTION_MS, ...(signal === undefined ? {} : { signal }) }),
    );
  // Before the screen is taken: that nobody answers is said where it stays to be read.
  let snapshot = await ask();
  let now = view;
  let code = 0;
  const leaving = new AbortController();
  const leave = (with_: number): void => {
    code = with_;
    leaving.abort();
  };
  const screen = openFullScreen({
    key: (key) => {
      if (isQuit(key, now)) leave(key.name === 'c' ? 130 : 0);
      else now = afterKey(now, key, screen.size().rows);
      draw();
    },
    resize: () => draw(),
    signal: (signal) => leave(SIGNALLED[signal] ?? 1),
  });
  const draw = (): void => screen.draw(screenOf(snapshot, now, screen.size()));
  const timer = globals.timeoutMs === undefined ? undefined : setTimeout(() => leave(0), globals.timeoutMs);
  try {
    draw();
    while (!leaving.signal.aborted) {
      await pause(everyMs, undefined, { signal: leaving.signal }).catch(() => undefined);
      if (isLeft(leaving.signal)) break;
      try {
        snapshot = await ask(leaving.signal);
        now = { ...now, trouble: '' };
      } catch (error) {
        if (isLeft(leaving.signal)) break;
        if (!isAway(error)) throw error;
        now = { ...now, trouble: `As it was at ${snapshot.at}. ${messageOf(error)}` };
      }
      draw();
    }
  } finally {
    clearTimeout(timer);
    screen.close();
  }
  return code;
}

const isLeft = (signal: AbortSignal): boolean => signal.aborted;

const isQuit = ({ name, ctrl }: Key, { typing }: View): boolean =>
  (ctrl === true && name === 'c') || (!typing && name === 'q');

/** What is seen after a key; `rows`: of the screen. */
export function afterKey(view: View, { name, sequence = '', ctrl }: Key, rows: number): View {
  if (view.typing) return typed(view, name, sequence, ctrl === true);
  switch (name) {
    case 's':
      return { ...view, sort: SORTS[(SORTS.indexOf(view.sort) + 1) % SORTS.length] ?? view.sort, from: 0 };
    case 'down':
    case 'j':
      return { ...view, from: view.from + 1 };
    case 'up':
    case 'k':
      return { ...view, from: Math.max(0, view.from - 1) };
    case 'pagedown':
    case 'space':
      return { ...view, from: view.from + Math.floor(rows / 2) };
    case 'pageup':
      return { ...view, from: Math.max(0, view.from - Math.floor(rows / 2)) };
    case 'home':
      return { ...view, from: 0 };
    case 'escape':
      return { ...view, filter: '', from: 0 };
    default:
      return sequence === '/' ? { ...view, typing: true } : view;
  }
}

function typed(view: View, name: string | undefined, sequence: string, ctrl: boolean): View {
  if (name === 'return' || name === 'enter') return { ...view, typing: false };
  if (name === 'escape') return { ...view, typing: false, filter: '' };
  if (name === 'backspace') return { ...view, filter: view.filter.slice(0, -1), from: 0 };
  const isCharacter = !ctrl && /^[\x20-\x7e]$/.test(sequence);
  return isCharacter ? { ...view, filter: `${view.filter}${sequence}`, from: 0 } : view;
}
