/**
 * A hook that is a call over HTTP: POST of what it is about, as JSON, with the key of the run: whoever gets the same key
 * twice has been asked once. 2xx is done; anything else is not, and is tried again as often as the hook says.
 */
import type { HookAnswer } from '@outrider/shared/domain/hook.js';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { hostNames, hostOf } from '@outrider/shared/domain/rollout-place.js';
import { excerpt } from '@outrider/shared/runtime/excerpt.js';
import type { HookCall } from '../rollout/hook-ask.js';
import { reasonOf } from './prometheus.js';

const AGAIN_MS = 1_000;

/** Never rejects. `running`: it was broken off, since this coordinator leads no more. */
export async function callHook(rollout: Rollout, call: HookCall, over: AbortSignal): Promise<HookAnswer> {
  const { run, spec, onlyIfBegun } = call;
  // Somebody else may have called, and can't be asked.
  if (onlyIfBegun) return { state: 'unknown', reason: 'the rollout goes back, and it may have been called', log: [] };
  let reason = '';
  for (let attempt = 0; attempt <= spec.retries; attempt += 1) {
    if (attempt > 0) await pause(AGAIN_MS, over);
    const failed = await post(urlOf(call), { key: run.id, body: bodyOf(rollout, call) }, spec.timeoutMs, over);
    if (failed === undefined) return { state: 'done', reason: '', log: [] };
    if (over.aborted) return { state: 'running', reason: '', log: [] };
    reason = failed;
  }
  return { state: 'failed', reason, log: [] };
}

function urlOf({ run, spec }: HookCall): string {
  const url = spec.action.kind === 'webhook' ? spec.action.url : '';
  return run.undo === true ? (spec.undo?.[0] ?? url) : url;
}

function bodyOf(rollout: Rollout, { run, spec, outcome }: HookCall): object {
  const { id, kind, version, fromVersion, environment, reason } = rollout;
  const entry = rollout.hosts.find(({ host }) => host === run.host);
  const app = spec.app ?? rollout.app;
  const hosts = rollout.hosts.filter((one) => spec.app === undefined || one.app === spec.app);
  return {
    ...{ hook: spec.name, step: spec.point, run: run.id, undo: run.undo === true },
    ...{ rollout: id, kind, app, version, environment },
    ...(fromVersion === undefined ? {} : { from: fromVersion }),
    ...(entry === undefined ? {} : { host: hostOf(entry) }),
    hosts: hostNames(hosts),
    ...(outcome === '' ? {} : { outcome }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Why it did not succeed; undefined: it did. */
async function post(
  url: string,
  { key, body }: { readonly key: string; readonly body: object },
  timeoutMs: number,
  over: AbortSignal,
): Promise<string | undefined> {
  const place = new URL(url).host;
  const signal = AbortSignal.any([over, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal,
    });
    if (response.ok) {
      await response.body?.cancel();
      return undefined;
    }
    const said = excerpt(await response.text());
    return `${place} answered with ${response.status}${said === '' ? '' : `: ${said}`}`;
  } catch (error) {
    return signal.aborted
      ? `no answer from ${place} within ${timeoutMs / 1_000} s`
      : `cannot reach ${place}: ${reasonOf(error)}`;
  }
}

function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      over.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    over.addEventListener('abort', done, { once: true });
    if (over.aborted) done();
  });
}
