/** Asks the sidecar of this machine at its control socket. What keeps one from it is said with what to do. */
import { readFileSync } from 'node:fs';
import type { HostStatus, InstanceStatus } from '@outrider/shared/domain/host.js';
import { askUnix, followUnix, type UnixCall } from '@outrider/shared/http/unix-call.js';
import { messageOf, OutriderError } from '@outrider/shared/runtime/errors.js';
import { statOfFile } from '@outrider/shared/runtime/special-file.js';
import type { LogLine, SidecarCalls } from './calls.js';

export function overSocket(path: string): SidecarCalls {
  const ask = (call: UnixCall): Promise<unknown> =>
    askUnix(path, call).catch((error: unknown) => {
      throw inWords(error, path);
    });
  return {
    place: path,
    status: async (limit) => (await ask({ method: 'GET', url: '/status', ...limit })) as HostStatus,
    watch: (limit) => endless<HostStatus>(path, { method: 'GET', url: '/status/watch', ...limit }),
    control: async (order, limit) => {
      const body = { ...order, all: order.agents.length === 0 };
      const answer = await ask({ method: 'POST', url: '/agents', body, ...limit });
      return (answer as { readonly instances: readonly InstanceStatus[] }).instances;
    },
    revert: async (body, limit) => {
      await ask({ method: 'POST', url: '/revert', body, ...limit });
    },
    logs: (body, limit) => {
      const call = { method: 'POST', url: '/logs', body, ...limit } as const;
      return body.follow ? endless<LogLine>(path, call) : lines<LogLine>(path, call);
    },
    close: () => undefined,
  };
}

async function* lines<T>(path: string, call: UnixCall): AsyncGenerator<T> {
  try {
    yield* followUnix(path, call) as AsyncGenerator<T>;
  } catch (error) {
    throw inWords(error, path);
  }
}

/** What only the sidecar's own end can end. */
async function* endless<T>(path: string, call: UnixCall): AsyncGenerator<T> {
  yield* lines<T>(path, call);
  throw new OutriderError('unavailable', 'The sidecar has ended; its agents run on.');
}

function inWords(error: unknown, path: string): unknown {
  if (error instanceof OutriderError) return error;
  const said = (code: 'unavailable' | 'unauthenticated', sentence: string): OutriderError =>
    new OutriderError(code, sentence, { cause: error });
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return said('unavailable', `There is no ${path}. ${IS_IT_RUNNING}`);
    case 'ECONNREFUSED':
      return said('unavailable', `Nobody listens at ${path} any more. ${IS_IT_RUNNING}`);
    case 'EACCES':
    case 'EPERM':
      return said('unauthenticated', `You may not use ${path}. Run this as ${whoMay(path)}.`);
    case 'ENOTSOCK':
      return said('unavailable', `${path} is no socket. Name that of a sidecar: its run_dir has it.`);
    case 'ECONNRESET':
    case 'EPIPE':
      return said('unavailable', 'The sidecar ended before it had answered. `sidecar status` shows where it stands.');
    default:
      return said('unavailable', `Cannot ask at ${path}: ${messageOf(error)}.`);
  }
}

const IS_IT_RUNNING =
  'Is the sidecar running? (`systemctl start outrider-sidecar` or `sidecar run` starts it; --socket names another.)';

/** Whom the file lets in: its owner, and where it says so the members of its group. */
function whoMay(path: string): string {
  try {
    const { uid = 0n, gid = 0n, mode = 0n } = statOfFile(path) ?? {};
    const owner = nameIn('/etc/passwd', uid) ?? `user ${uid}`;
    return (mode & 0o020n) === 0n ? owner : `${owner}, or as a member of the group ${nameIn('/etc/group', gid) ?? gid}`;
  } catch {
    return 'root';
  }
}

function nameIn(file: string, id: bigint): string | undefined {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((one) => one.split(':')[2] === String(id));
  return line?.split(':')[0];
}
