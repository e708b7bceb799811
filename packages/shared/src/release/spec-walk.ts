/** Every string of an agent in which `${...}` may stand, and where it stands in agents.yaml. */
import type { AgentSpec, Healthcheck, ProbeMethod } from '../domain/agent.js';
import { HOST_VARIABLES, hostVariablesIn, interpolate } from '../domain/interpolation.js';
import { didYouMean } from '../runtime/suggest.js';
import type { ValuePath } from '../runtime/yaml-source.js';

export type Fill = (value: string, path: ValuePath) => string;

/** The agent with every string replaced by what `fill` makes of it. Names and globs of files are no such strings. */
export function mapStrings(agent: AgentSpec, fill: Fill): AgentSpec {
  const words = (list: readonly string[], path: ValuePath) => list.map((word, index) => fill(word, [...path, index]));
  const several = agent.healthchecks.length > 1;
  return {
    ...agent,
    command: words(agent.command, ['command']),
    hosts: words(agent.hosts, ['hosts']),
    environment: Object.fromEntries(
      Object.entries(agent.environment).map(([key, value]) => [key, fill(value, ['environment', key])]),
    ),
    workingDir: fill(agent.workingDir, ['working_dir']),
    ...(agent.user === undefined ? {} : { user: fill(agent.user, ['user']) }),
    healthchecks: agent.healthchecks.map((check, index): Healthcheck => ({
      ...check,
      method: mapMethod(check.method, fill, several ? ['healthcheck', index] : ['healthcheck']),
    })),
    sockets: agent.sockets.map((socket, index) => ({
      ...socket,
      listen: fill(socket.listen, ['sockets', index, 'listen']),
    })),
  };
}

function mapMethod(method: ProbeMethod, fill: Fill, path: ValuePath): ProbeMethod {
  const at = (key: string, value: string) => fill(value, [...path, method.kind, key]);
  switch (method.kind) {
    case 'zmq':
      return {
        kind: 'zmq',
        connect: at('connect', method.connect),
        send: at('send', method.send),
        expect: at('expect', method.expect),
      };
    case 'http':
      return { ...method, url: at('url', method.url) };
    case 'tcp':
      return { ...method, address: at('address', method.address) };
    case 'grpc':
      return { ...method, address: at('address', method.address), service: at('service', method.service) };
    case 'exec':
      return { kind: 'exec', command: method.command.map((word, index) => fill(word, [...path, 'exec', index])) };
    case 'heartbeat':
    case 'notify':
      return method;
  }
}

/** References that no settings can make good: badly spelled ones, and those that no host knows. */
export function problemsOfReferences(agent: AgentSpec): { readonly path: ValuePath; readonly message: string }[] {
  const found: { path: ValuePath; message: string }[] = [];
  mapStrings(agent, (value, path) => {
    for (const problem of interpolate(value, () => '').problems) {
      if (problem.kind === 'malformed') {
        const message = `has ${JSON.stringify(problem.reference)}, which is no reference: write \${NAME} or \${NAME:-default}, and $$ for a plain $.`;
        found.push({ path, message });
      }
    }
    for (const name of hostVariablesIn(value)) {
      if ((HOST_VARIABLES as readonly string[]).includes(name)) continue;
      found.push({ path, message: `has \${${name}}, which no host knows.${didYouMean(name, HOST_VARIABLES)}` });
    }
    return value;
  });
  return found;
}
