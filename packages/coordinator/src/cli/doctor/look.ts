/**
 * Looks at a whole fleet through some eyes: those of the coordinator, or our own where there is none. Everything at
 * once, and each look with a deadline of its own, so that one silent host holds up no other.
 */
import { networkInterfaces } from 'node:os';
import type { Diagnosis, ListenerSight, QuestionAnswer } from '@outrider/shared/domain/diagnosis.js';
import { messageOf } from '@outrider/shared/runtime/errors.js';
import { isLoopback, parseHostPort } from '@outrider/shared/runtime/listen.js';
import { seeListeners } from '@outrider/shared/runtime/sight/listeners.js';
import type { FleetSight, HostAnswer, HostSight } from './check.js';

export interface KnownHost {
  readonly name: string;
  readonly address: string;
  readonly endpoint: string;
}

/** Whoever can ask hosts. What is asked rejects with an `OutriderError`. */
export interface Eyes {
  readonly endpoint: string;
  /** The coordinator of itself; undefined: there is none, for this `problem`. */
  readonly coordinator: Diagnosis | undefined;
  readonly problem?: string;
  readonly hosts: readonly KnownHost[];
  diagnose(host: KnownHost): Promise<Diagnosis>;
  ask(host: KnownHost, endpoints: readonly string[]): Promise<readonly QuestionAnswer[]>;
  /** Which of these events have come to the fleet's history; undefined: nobody can look. */
  history(ids: readonly string[]): Promise<ReadonlySet<string> | undefined>;
}

/** Told of each part that has been seen. */
export type Progress = (part: string) => void;

export async function look(eyes: Eyes, version: string, progress: Progress): Promise<FleetSight> {
  const first = await Promise.all(eyes.hosts.map((host) => seeHost(eyes, host, progress)));
  const ids = first.flatMap(({ diagnosis }) => (diagnosis?.bus?.heard === true ? [diagnosis.bus.event] : []));
  const [arrived, ...answers] = await Promise.all([
    eyes.history(ids).catch(() => undefined),
    ...first.map((host) => seeOthers(eyes, host, first)),
  ]);
  progress('questions between hosts');
  const hosts = first.map((host, index) => {
    const event = host.diagnosis?.bus?.event;
    const known = arrived === undefined || event === undefined ? {} : { inHistory: arrived.has(event) };
    return { ...host, ...known, answers: answers[index] ?? [] };
  });
  const { endpoint, coordinator, problem } = eyes;
  const here = coordinator === undefined ? seeHere(COORDINATOR_PORTS, parseHostPort(endpoint)?.host ?? '') : [];
  return {
    ...{ endpoint, version, hosts, here, nowMs: Date.now() },
    ...(coordinator === undefined ? {} : { coordinator }),
    ...(problem === undefined ? {} : { problem }),
  };
}

async function seeHost(eyes: Eyes, host: KnownHost, progress: Progress): Promise<HostSight> {
  const { name, address, endpoint } = host;
  const place = { name, address, endpoint, answers: [] };
  try {
    const diagnosis = await eyes.diagnose(host);
    progress(name);
    return { ...place, diagnosis, here: [] };
  } catch (error) {
    progress(`${name} (no answer)`);
    return { ...place, problem: messageOf(error), here: seeHere(SIDECAR_PORTS, address) };
  }
}

/** The question ports of all others that have said where theirs is. */
async function seeOthers(eyes: Eyes, host: HostSight, all: readonly HostSight[]): Promise<readonly HostAnswer[]> {
  if (host.diagnosis === undefined) return [];
  const others = all.flatMap(({ name, address, diagnosis }) =>
    name === host.name ? [] : [{ name, endpoint: diagnosis?.question ?? `${address}:${QUESTION_PORT}` }],
  );
  if (others.length === 0) return [];
  try {
    const answers = await eyes.ask(
      host,
      others.map(({ endpoint }) => endpoint),
    );
    return answers.map((answer, index) => ({ ...answer, host: others[index]?.name ?? '' }));
  } catch (error) {
    const nothing = { answer: '', milliseconds: 0, reason: messageOf(error) };
    return others.map(({ name, endpoint }) => ({ ...nothing, endpoint, host: name }));
  }
}

/** Where they listen unless told otherwise: whoever can't be asked can't say where else. */
const QUESTION_PORT = 5555;
const COORDINATOR_PORTS: Readonly<Record<string, number>> = { grpc: 7077, http: 7777, websocket: 7778 };
const SIDECAR_PORTS: Readonly<Record<string, number>> = {
  ...{ grpc: 7070, http: 8080, metrics: 8000, 'zmq.question': QUESTION_PORT, 'zmq.events': 5556 },
};

function seeHere(ports: Readonly<Record<string, number>>, address: string): readonly ListenerSight[] {
  if (!isOurs(address)) return [];
  return seeListeners(Object.entries(ports).map(([what, port]) => ({ what, address: `${address}:${port}` })));
}

const isOurs = (address: string): boolean =>
  isLoopback(address) ||
  Object.values(networkInterfaces()).some((list) => list?.some((item) => item.address === address) === true);
