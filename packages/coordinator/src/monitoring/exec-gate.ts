/**
 * A gate that is a program on the coordinator: 0 is a pass, 1 a fail, 2 inconclusive, everything else an error. What it
 * prints is the reason. No shell runs; what it leaves behind is killed.
 */
import type { GateOutcome, GateVerdict } from '@outrider/shared/domain/gate.js';
import { redact } from '@outrider/shared/domain/redact.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { runAlone } from '@outrider/shared/runtime/run-alone.js';
import type { GateOccasion } from '../engine/ports.js';

const OUTCOMES: Readonly<Record<number, GateOutcome>> = { 0: 'pass', 1: 'fail', 2: 'inconclusive' };

/** Never rejects. */
export async function runGate(
  command: readonly string[],
  occasion: GateOccasion,
  signal: AbortSignal,
): Promise<GateVerdict> {
  const [program = '', ...args] = command;
  const end = await runAlone([program, ...args], { cwd: '/', env: environmentOf(occasion) }, (stop) => {
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    return () => signal.removeEventListener('abort', stop);
  });
  if (!end.started) return { outcome: 'error', reason: `cannot run ${program}: ${messageOf(end.error)}` };
  return judge(program, end.code, end.signal, end.said, signal.aborted);
}

function judge(program: string, code: number | null, signal: string | null, said: string, late: boolean): GateVerdict {
  // Anybody may read why a gate has failed.
  const words = said === '' ? '' : `: ${redact(said)}`;
  if (late) return { outcome: 'error', reason: `${program} took too long${words}` };
  if (code === null) return { outcome: 'error', reason: `${program} was ended by ${signal ?? 'a signal'}${words}` };
  return { outcome: OUTCOMES[code] ?? 'error', reason: `${program} ended with ${code}${words}` };
}

/** Nothing of the coordinator's own environment but what programs need to be found. */
function environmentOf(occasion: GateOccasion): Record<string, string> {
  const { PATH = '/usr/local/bin:/usr/bin:/bin', HOME = '/', LANG = 'C.UTF-8' } = process.env;
  return {
    ...{ PATH, HOME, LANG },
    OUTRIDER_GATE: occasion.gate,
    OUTRIDER_ROLLOUT: occasion.rollout,
    OUTRIDER_APP: occasion.app,
    OUTRIDER_VERSION: occasion.version,
    OUTRIDER_FROM: occasion.from ?? '',
    OUTRIDER_ENVIRONMENT: occasion.environment,
    OUTRIDER_TRIAL_HOSTS: occasion.hosts.join(','),
  };
}
