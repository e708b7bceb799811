/** A hook that a host is asked to run, over gRPC. */
import type { HookAnswer } from '@outrider/shared/domain/hook.js';
import { readHookAnswer, writeProof } from '@outrider/shared/rpc/codec.js';
import { isUnknownCall } from '@outrider/shared/rpc/status.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';
import type { HookPorts } from '../engine/ports.js';
import type { LiveFleet } from './live-fleet.js';

/** Over the time that it may take to say that it still runs. */
const ANSWER_MS = 5_000;

export const runHook =
  (fleet: Pick<LiveFleet, 'remote' | 'proofOf'>): HookPorts['command'] =>
  async (host, ask, leader, waitMs): Promise<HookAnswer> => {
    const sidecar = fleet.remote(host);
    if (sidecar === undefined) throw new OutriderError('not_found', `There is no host "${host}" in this environment.`);
    const { command, secrets, user = '', undoes = '', ...rest } = ask;
    const proof = writeProof(await fleet.proofOf(ask.app, ask.release));
    const words = { command: [...command], secrets: [...secrets], user, undoes };
    const request = { ...rest, ...leader, ...words, waitMs, proof };
    try {
      return readHookAnswer(await sidecar.RunHook(request, { timeoutMs: waitMs + ANSWER_MS }));
    } catch (error) {
      if (!isUnknownCall(error)) throw error;
      return { state: 'void', reason: `the sidecar of ${host} is of a version that knows no hooks`, log: [] };
    }
  };
