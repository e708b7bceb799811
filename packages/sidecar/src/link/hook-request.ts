/** The wire's request for a hook as the port wants it. What is wrong with it is said here, in a sentence. */
import { HOOK_POINTS, type HookAsk } from '@outrider/shared/domain/hook.js';
import { isName, NAME_RULE } from '@outrider/shared/domain/name.js';
import type { RunHookRequest__Output } from '@outrider/shared/gen/outrider/v1/RunHookRequest.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import { releaseOf } from './grpc-requests.js';

const ID = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;
const SECRET = /^[A-Z][A-Z0-9_]*$/;
const MOST_WAIT_MS = 60_000;
const LONGEST_MS = 86_400_000;

/** @throws OutriderError('invalid') */
export function hookAskOf(wire: RunHookRequest__Output): { readonly ask: HookAsk; readonly waitMs: number } {
  const { id, app, rollout, hook, command, user, secrets, timeoutMs, retries, from, outcome, undoes } = wire;
  const point = HOOK_POINTS.find((known) => known === wire.point);
  if (!isName(app)) throw invalid(`app must be ${NAME_RULE}.`);
  if (point === undefined) throw invalid(`point must be one of ${HOOK_POINTS.join(', ')}.`);
  if (!ID.test(id) || (undoes !== '' && !ID.test(undoes)))
    throw invalid('id is no id of a run, such as r42/before_switch/pc2.');
  if ((command[0] ?? '') === '') throw invalid('command has no program.');
  if (!secrets.every((name) => SECRET.test(name))) throw invalid('secrets has what is no name of a secret.');
  if (!(timeoutMs > 0 && timeoutMs <= LONGEST_MS)) throw invalid(`timeout_ms must be from 1 to ${LONGEST_MS}.`);
  if (retries < 0) throw invalid('retries must not be below 0.');
  return {
    waitMs: Math.min(Math.max(0, wire.waitMs), MOST_WAIT_MS),
    ask: {
      ...{ id, app, rollout, hook, point, command, secrets, timeoutMs, retries, from, outcome },
      ...{ release: releaseOf(wire.release), onlyIfBegun: wire.onlyIfBegun },
      ...(user === '' ? {} : { user }),
      ...(undoes === '' ? {} : { undoes }),
    },
  };
}

const invalid = (sentence: string): OutriderError => new OutriderError('invalid', sentence);
