/** The port `Probes`: asks once, in the way the check says, within its time. Keeps no state and no schedule. */
import type { Healthcheck } from '@outrider/shared/domain/agent.js';
import type { ProbeTarget, Probes } from '../supervise/ports.js';
import type { Answer } from './answer.js';
import { failed, failureOf, proberError } from './answer.js';
import type { Deadline } from './deadline.js';
import { withDeadline } from './deadline.js';
import { askExec } from './exec-probe.js';
import { askHttp } from './http-probe.js';
import { askGrpc } from './grpc-probe.js';
import type { OwnsConnection } from './proof.js';
import { type AcceptsAtOnce, askTcp, askTcpAtOnce } from './tcp-probe.js';
import { askZmq } from './zmq-probe.js';

export interface ProbesParts {
  /** Proves who answers where addresses are shared. */
  readonly ownsConnection: OwnsConnection;
  /** False for whatever is not on this machine. */
  readonly acceptsAtOnce: AcceptsAtOnce;
}

export function createProbes(parts: ProbesParts): Probes {
  return {
    ask: async (check, target, signal) => {
      const began = performance.now();
      const since = (): number => (performance.now() - began) / 1000;
      const { method } = check;
      const atOnce =
        method.kind === 'tcp' && !signal.aborted
          ? askTcpAtOnce(method.address, target, parts.acceptsAtOnce)
          : undefined;
      if (atOnce !== undefined) return { ...atOnce, seconds: since() };
      const what = describe(check);
      const ask = (deadline: Deadline): Promise<Answer> => question(check, target, parts.ownsConnection, deadline);
      const late = (): Answer => failed(`${what}: no answer within ${check.timeoutMs} ms.`);
      let answer: Answer;
      try {
        answer = await withDeadline(check.timeoutMs, signal, ask, late);
      } catch (error) {
        answer = failureOf(error, what);
      }
      return { ...answer, seconds: since() };
    },
  };
}

async function question(
  { method }: Healthcheck,
  target: ProbeTarget,
  owns: OwnsConnection,
  deadline: Deadline,
): Promise<Answer> {
  switch (method.kind) {
    case 'zmq':
      return askZmq(method, target, owns, deadline);
    case 'http':
      return askHttp(method, target, owns, deadline);
    case 'tcp':
      return askTcp(method.address, target, owns, deadline);
    case 'grpc':
      return askGrpc(method, target, owns, deadline);
    case 'exec':
      return askExec(method.command, target, deadline);
    case 'heartbeat':
    case 'notify':
      return proberError('What an agent tells by itself is not asked for.');
  }
}

/** For people: what was asked, where. */
function describe({ method }: Healthcheck): string {
  switch (method.kind) {
    case 'zmq':
      return `${method.send} to ${method.connect}`;
    case 'http':
      return `GET ${method.url}`;
    case 'tcp':
      return `Connection to ${method.address}`;
    case 'grpc':
      return `grpc.health.v1 Check at ${method.address}`;
    case 'exec':
      return method.command[0] ?? 'exec';
    case 'heartbeat':
    case 'notify':
      return method.kind;
  }
}
