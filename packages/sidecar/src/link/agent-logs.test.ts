import { expect, test } from 'vitest';
import type { InstanceStatus } from '@outrider/shared/domain/host.js';
import type { LogLook } from '../supervise/ports.js';
import { agentLogs } from './agent-logs.js';

test('when one followed log fails, the others are not followed any more', async () => {
  const signals: AbortSignal[] = [];
  async function* follow(path: string, _look: LogLook, signal: AbortSignal): AsyncGenerator<string> {
    signals.push(signal);
    yield path;
    if (path === 'bad.0') throw new Error('it cannot be read');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  }
  const instances = ['good', 'bad'].map((agent) => ({ app: 'app', agent, instance: 0 }) as InstanceStatus);
  const agents = {
    instances: () => instances,
    logFile: (_app: string, agent: string, instance: number) => `${agent}.${instance}`,
  };
  const ask = { app: '', agents: [], host: '', follow: true, lines: 1, since: 0 };
  const lines = agentLogs(
    { host: 'pc2', agents, reader: { look: () => [], follow } },
    ask,
    new AbortController().signal,
  );
  const drain = async (): Promise<void> => {
    for await (const line of lines) expect(line.host).toBe('pc2');
  };
  await expect(drain()).rejects.toThrow('it cannot be read');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});
