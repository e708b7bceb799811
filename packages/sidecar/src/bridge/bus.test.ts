import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Push } from 'zeromq';
import { type Bus, type BusListener, createBus } from './bus.js';

const VISION = { app: 'assistants', agent: 'vision', instance: 0, incarnation: 'inc-vision' };
const MEMORY = { app: 'assistants', agent: 'memory', instance: 1, incarnation: 'inc-memory' };

let runDir: string;
let bus: Bus;
let heard: string[];
let counts: Map<string, number>;
let errors: { readonly who: string; readonly message: string; readonly told: boolean }[];
const sockets: Push[] = [];

const listener: BusListener = {
  heard: ({ agent }, message) => heard.push(`${agent} ${message.kind} ${message.seq ?? ''}`.trim()),
  extend: ({ agent }, ms) => heard.push(`${agent} extend ${ms}`),
  error: ({ agent }, { message }, told) => errors.push({ who: agent, message, told }),
  untold: ({ agent }, count) => heard.push(`${agent} untold ${count}`),
  metric: ({ agent }, { name, value }) => {
    if (name === 'bug') throw new Error('a bug');
    heard.push(`${agent} ${name}=${value}`);
    return name !== 'refused';
  },
  counted: (result) => counts.set(result, (counts.get(result) ?? 0) + 1),
  fault: ({ agent }, error) => heard.push(`${agent} ${String(error)}`),
};

const makeBus = (): Bus => createBus({ runDir, listener, monotonic: () => performance.now() });

beforeEach(() => {
  runDir = mkdtempSync(join(tmpdir(), 'outrider-bus-'));
  heard = [];
  counts = new Map();
  errors = [];
  bus = makeBus();
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
  bus.closeAll();
  rmSync(runDir, { recursive: true, force: true });
});

function speaker(url: string): (frame: string | object) => Promise<void> {
  const socket = new Push({ linger: 0 });
  socket.connect(url);
  sockets.push(socket);
  return (frame) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
}

describe('the bus', () => {
  test('hears the next frame where it fails at one, and counts it', async () => {
    const say = speaker(bus.open(VISION));
    await say({ type: 'metric', name: 'bug', value: 1 });
    await say({ type: 'beat', seq: 1 });
    await eventually(() => expect(heard).toEqual(['vision Error: a bug', 'vision beat 1']));
    expect(counts).toEqual(
      new Map([
        ['fault', 1],
        ['accepted', 1],
      ]),
    );
  });

  test('knows who speaks by the endpoint, whatever the frame says', async () => {
    const [vision, memory] = [speaker(bus.open(VISION)), speaker(bus.open(MEMORY))];
    await vision({ type: 'beat', seq: 1, agent: 'memory' });
    await memory({ type: 'extend', seconds: 30 });
    await vision({ type: 'metric', name: 'load', value: 2 });
    await eventually(() => {
      expect([...heard].sort()).toEqual(
        ['memory extend 30000', 'memory other', 'vision beat 1', 'vision load=2', 'vision other'].sort(),
      );
    });
    expect(counts.get('accepted')).toBe(3);
  });

  test('lets nobody list its folder, and each endpoint be used by its owner alone', () => {
    const path = bus.open(VISION).replace('ipc://', '');
    expect(statSync(join(runDir, 'bus.d')).mode & 0o777).toBe(0o711);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('drops and counts what is too large, no JSON or without a type; what comes after is heard', async () => {
    const vision = speaker(bus.open(VISION));
    await vision(`{"type":"beat","x":"${'y'.repeat(70_000)}"}`);
    await vision('no json');
    await vision({ seq: 1 });
    await vision({ type: 'metric', name: 'refused', value: 1 });
    await vision({ type: 'beat', seq: 9 });
    await eventually(() => heard.includes('vision beat 9'));
    expect(Object.fromEntries(counts)).toEqual({
      too_large: 1,
      not_json: 1,
      no_type: 1,
      metric_refused: 1,
      accepted: 1,
    });
  });

  test('cuts off who sends more than a MiB at once, and hears the others', async () => {
    const [vision, memory] = [speaker(bus.open(VISION)), speaker(bus.open(MEMORY))];
    await vision('x'.repeat(3 * 1024 * 1024));
    await memory({ type: 'beat', seq: 1 });
    await eventually(() => heard.includes('memory beat 1'));
    expect(heard.filter((line) => line.startsWith('vision'))).toEqual([]);
  });

  test('counts programs that are no agents as "external", without a beat', async () => {
    bus.openExternal();
    const outside = speaker(`ipc://${join(runDir, 'bus')}`);
    await outside({ type: 'beat', seq: 1 });
    await outside({ type: 'error', error_type: 'x', message: 'from outside' });
    await eventually(() => errors.length === 1);
    expect(errors[0]).toEqual({ who: 'external', message: 'from outside', told: true });
    expect(heard).toEqual([]);
  });

  test('tells a burst of errors and counts the rest', async () => {
    const vision = speaker(bus.open(VISION));
    for (let index = 0; index < 200; index += 1) {
      await vision({ type: 'error', error_type: 'loop', message: String(index) });
    }
    await eventually(() => errors.length === 200);
    const told = errors.filter((error) => error.told).length;
    expect(told).toBeGreaterThanOrEqual(50);
    expect(told).toBeLessThan(200);
  });

  test('a flood of one agent starves neither the loop nor another agent', async () => {
    const [vision, memory] = [speaker(bus.open(VISION)), speaker(bus.open(MEMORY))];
    const over = new AbortController();
    const flood = (async () => {
      while (!over.signal.aborted) await vision({ type: 'beat' });
    })();
    await eventually(() => heard.length > 500);
    const before = heard.length;
    await memory({ type: 'beat', seq: 5 });
    await eventually(() => heard.includes('memory beat 5'));
    // Not a measure of speed: it only says that not everything that was sent had to be read first.
    expect(heard.length - before).toBeLessThan(5_000);
    over.abort();
    await flood;
  });

  test('after a restart an agent is heard at the same endpoint, without connecting anew', async () => {
    const url = bus.open(VISION);
    const vision = speaker(url);
    await vision({ type: 'beat', seq: 1 });
    await eventually(() => heard.includes('vision beat 1'));
    bus.closeAll();
    bus = makeBus();
    expect(bus.open(VISION)).toBe(url);
    expect(bus.open(VISION)).toBe(url);
    // What was on its way to the old end is lost with it; agents beat again and again.
    let seq = 1;
    await eventually(async () => {
      await vision({ type: 'beat', seq: ++seq });
      return heard.some((line) => /^vision beat [2-9]/.test(line) || /^vision beat \d\d/.test(line));
    });
  });

  test('sweeps away what incarnations that are no more have left', () => {
    const path = bus.open(VISION).replace('ipc://', '');
    const stale = join(runDir, 'bus.d', 'feedfacefeedface');
    writeFileSync(stale, '');
    bus.sweep();
    expect([existsSync(stale), existsSync(path)]).toEqual([false, true]);
    bus.close(VISION.incarnation);
    expect(existsSync(path)).toBe(false);
  });

  test('says in a sentence that the path is too long', () => {
    const long = join(runDir, 'x'.repeat(80));
    const deep = createBus({ runDir: long, listener, monotonic: () => 0 });
    expect(() => deep.open(VISION)).toThrow(/longer than a unix socket may have.*shorter run_dir/);
  });
});
