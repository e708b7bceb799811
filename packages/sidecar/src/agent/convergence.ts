/** Whether an app runs as it should, what it waits for, and who is to blame. Judges what is there; changes nothing. */
import { isReplaced } from './action.js';
import { Board } from './board.js';
import { missingDependencies } from './dependency-gate.js';
import type { Instance } from './instance.js';
import { EXITS_BEFORE_READY } from './restart-policy.js';
import { type View, type Wanted, stands } from './view.js';

export interface Judged extends View {
  readonly instance: Instance;
  /** Added or replaced by a switch that is not committed. */
  readonly fresh: boolean;
  /** See `isCritical`. */
  readonly critical: boolean;
  /** Its faults when the trial began. */
  readonly faultsBefore?: number;
  /** In words, its last fault; '' where it had none. */
  readonly lastFault: string;
}

export interface Suspect {
  readonly agent: string;
  readonly index: number;
  /** Continues a sentence that begins with the agent's name. */
  readonly cause: string;
}

export type Judgement =
  | { readonly state: 'converged' }
  | { readonly state: 'converging'; readonly waitingFor: string; readonly suspect?: Suspect }
  | { readonly state: 'failed'; readonly suspect: Suspect };

/** `switch`: a failed start is a failure. `trial`: an exit or a bad verdict of a critical agent is too. `steady`: keep trying. */
export type Mode = 'switch' | 'trial' | 'steady';

/** `beside`: what is old is kept, and waited for only until it is out of service. */
export function judge(wanted: readonly Wanted[], views: readonly Judged[], mode: Mode, beside = false): Judgement {
  const board = new Board(wanted, views);
  const current = views.filter(
    (view) => board.isWanted(view) && board.agent(view.agent)?.fingerprint === view.fingerprint,
  );
  const suspect = mode === 'steady' ? undefined : (failed(current) ?? (mode === 'trial' ? unfit(current) : undefined));
  if (suspect !== undefined) return { state: 'failed', suspect };
  const waitingFor = beside ? firstWaitBeside(board) : firstWait(board);
  if (waitingFor === undefined) return { state: 'converged' };
  const troubled = failed(current) ?? looping(current);
  return { state: 'converging', waitingFor, ...(troubled === undefined ? {} : { suspect: troubled }) };
}

function failed(views: readonly Judged[]): Suspect | undefined {
  const view = views.find(({ instance, held }) => instance.state === 'failed' && !held);
  return view && suspectOf(view, view.instance.reason);
}

function looping(views: readonly Judged[]): Suspect | undefined {
  const view = views.find(
    ({ instance, phase }) => phase !== 'up' && instance.history.exitsInRow >= EXITS_BEFORE_READY && phase !== 'gone',
  );
  return view && suspectOf(view, view.lastFault === '' ? view.instance.reason : view.lastFault);
}

/** On trial, what is new may not falter once. */
function unfit(views: readonly Judged[]): Suspect | undefined {
  const view = views.find(
    ({ fresh, critical, held, faultsBefore, instance }) =>
      fresh && critical && !held && instance.history.faults > (faultsBefore ?? Infinity),
  );
  return view && suspectOf(view, view.lastFault);
}

const suspectOf = ({ agent, index }: View, cause: string): Suspect => ({ agent, index, cause });

/** In the order of the release; undefined where nothing is waited for. */
function firstWait(board: Board<Judged>): string | undefined {
  const leaving = board.views.find((view) => !board.isWanted(view));
  if (leaving !== undefined) return `${named(leaving)} to be gone`;
  for (const agent of board.wanted) {
    for (let index = 0; index < agent.replicas; index++) {
      const pair = board.pair(agent.name, index);
      const { active, candidate } = pair;
      const settled = candidate === undefined && active !== undefined && !wrong(active, agent);
      if (!settled || !stands(pair, agent)) return waitOf(agent, index, board);
    }
  }
  return undefined;
}

function firstWaitBeside(board: Board<Judged>): string | undefined {
  for (const agent of board.wanted) {
    for (let index = 0; index < agent.replicas; index++) {
      if (!stands(board.pair(agent.name, index), agent)) return waitOf(agent, index, board);
    }
  }
  const serving = board.views.find(
    (view) => isReplaced(view, board) && !view.held && (view.phase === 'up' || view.phase === 'parking'),
  );
  return serving && `the old ${named(serving)} to be out of service`;
}

const wrong = (view: View, agent: Wanted): boolean => view.fingerprint !== agent.fingerprint && !view.held;

function waitOf(agent: Wanted, index: number, board: Board<Judged>): string {
  const { active, candidate } = board.pair(agent.name, index);
  const current = [active, candidate].find((view) => view?.fingerprint === agent.fingerprint);
  const name = named({ agent: agent.name, index });
  if (current === undefined) {
    const missing = missingDependencies(agent, board);
    return missing.length > 0 ? `${name}, which waits for ${missing.join(', ')}` : `${name} to start`;
  }
  if (current.phase === 'up') return `the old ${name} to be gone`;
  const { instance } = current;
  return `${name} to be ready (${instance.state}${instance.reason === '' ? '' : `: ${instance.reason}`})`;
}

const named = ({ agent, index }: { readonly agent: string; readonly index: number }): string =>
  index === 0 ? agent : `${agent}.${index}`;
