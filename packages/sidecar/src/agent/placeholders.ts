/** Fills `${OUTRIDER_...}` in every string of an agent's settings for one instance. Unknown ones are never left standing. */
import type { HostAgent, Healthcheck, ProbeMethod } from '@outrider/shared/domain/agent.js';

const REFERENCE = /\$\{(OUTRIDER_[^}]*)\}/g;

export type Filled = { readonly agent: HostAgent } | { readonly problem: string };

export function fillAgent(agent: HostAgent, values: Readonly<Record<string, string>>): Filled {
  const problems: string[] = [];
  const fill = (text: string, where: string): string =>
    text.replace(REFERENCE, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) problems.push(`${where} uses ${whole}`);
      return value ?? whole;
    });
  const filled: HostAgent = {
    ...agent,
    command: agent.command.map((word) => fill(word, 'command')),
    workingDir: fill(agent.workingDir, 'working_dir'),
    environment: Object.fromEntries(
      Object.entries(agent.environment).map(([name, text]) => [name, fill(text, `environment.${name}`)]),
    ),
    healthchecks: agent.healthchecks.map((check) => fillCheck(check, fill)),
    sockets: agent.sockets.map((socket) => ({ ...socket, listen: fill(socket.listen, `sockets.${socket.name}`) })),
  };
  const [first] = problems;
  if (first === undefined) return { agent: filled };
  const known = Object.keys(values).filter((name) => name.startsWith('OUTRIDER_'));
  return { problem: `agents.${agent.name}.${first}, which no host knows. Known are ${known.sort().join(', ')}.` };
}

function fillCheck(check: Healthcheck, fill: (text: string, where: string) => string): Healthcheck {
  return { ...check, method: fillMethod(check.method, (text) => fill(text, 'healthcheck')) };
}

function fillMethod(method: ProbeMethod, fill: (text: string) => string): ProbeMethod {
  switch (method.kind) {
    case 'zmq':
      return { ...method, connect: fill(method.connect), send: fill(method.send), expect: fill(method.expect) };
    case 'http':
      return { ...method, url: fill(method.url) };
    case 'tcp':
      return { ...method, address: fill(method.address) };
    case 'grpc':
      return { ...method, address: fill(method.address), service: fill(method.service) };
    case 'exec':
      return { ...method, command: method.command.map(fill) };
    case 'heartbeat':
    case 'notify':
      return method;
  }
}
