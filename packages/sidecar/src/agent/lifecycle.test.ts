import { describe, expect, test } from 'vitest';
import { wasSignalled } from './drain-cells.js';
import type { Instance, InstanceEvent, InstanceEventKind, Rules } from './instance.js';
import { NO_HISTORY } from './instance.js';
import { LIFECYCLE, decide } from './lifecycle.js';

const RULES: Rules = {
  restart: { kind: 'always' },
  stopSignal: 'SIGTERM',
  stopGraceMs: 5_000,
  startPeriodMs: 1_000,
  strict: false,
};
const common = { incarnation: 'i1', history: NO_HISTORY, since: 0, reason: '' };
const cause = { kind: 'code', code: 1 } as const;
const INSTANCES: Record<string, Instance> = {
  waiting: { ...common, state: 'starting', process: false },
  starting: { ...common, state: 'starting', process: true, deadline: 9_000 },
  ready: { ...common, state: 'ready' },
  unhealthy: { ...common, state: 'unhealthy' },
  leaving: { ...common, state: 'unhealthy', deadline: 9_000 },
  draining: { ...common, state: 'draining', deadline: 9_000, sequel: { kind: 'rest' } },
  stopping: { ...common, state: 'stopping', sequel: { kind: 'again', delayMs: 200, cause } },
  exited: { ...common, state: 'exited', why: 'done' },
  backoff: { ...common, state: 'backoff', deadline: 9_000 },
  failed: { ...common, state: 'failed', deadline: 9_000 },
};
const when = { at: 10_000, random: 0.5, next: 'i2' };
const of = { ...when, incarnation: 'i1' };
const EVENTS: { readonly [K in InstanceEventKind]: Extract<InstanceEvent, { kind: K }> } = {
  startAsked: { ...when, kind: 'startAsked', reason: 'wanted' },
  stopAsked: { ...when, kind: 'stopAsked', sequel: 'rest', reason: 'removed' },
  spawned: { ...of, kind: 'spawned' },
  spawnFailed: { ...of, kind: 'spawnFailed', detail: 'no such folder' },
  becameReady: { ...of, kind: 'becameReady' },
  becameUnready: { ...of, kind: 'becameUnready', detail: 'no answer' },
  becameDead: { ...of, kind: 'becameDead', detail: 'no answer', cause: 'probe' },
  said: { ...of, kind: 'said', word: 'stopping' },
  exited: { ...of, kind: 'exited', status: { kind: 'code', code: 1 } },
  deadline: { ...of, kind: 'deadline', lateMs: 0, detail: 'no answer' },
  treeGone: { ...of, kind: 'treeGone', stuck: [] },
  extended: { ...of, kind: 'extended', ms: 60_000 },
  adopted: { ...of, kind: 'adopted' },
};

/** `same`: nothing changes at all; `impossible`: throws; else the state that follows and the effects, in order. */
function outcome(instance: Instance, event: InstanceEvent, rules = RULES): string {
  try {
    const next = decide(instance, event, rules);
    if (next.instance === instance && next.effects.length === 0) return 'same';
    const effects = next.effects.map((effect) => (effect.kind === 'report' ? effect.event : effect.kind));
    return [next.instance.state, ...effects].join(' ');
  } catch (error) {
    expect(String(error)).toMatch(/can't be told/);
    return 'impossible';
  }
}
const EXPECTED: Record<string, Record<InstanceEventKind, string>> = {
  waiting: {
    startAsked: 'starting',
    stopAsked: 'exited',
    spawned: 'starting startProbes agent.starting',
    spawnFailed: 'starting agent.exited spawn',
    becameReady: 'same',
    becameUnready: 'same',
    becameDead: 'draining agent.unhealthy stopProbes signal',
    said: 'same',
    exited: 'stopping stopProbes killTree agent.exited',
    deadline: 'same',
    treeGone: 'impossible',
    extended: 'same',
    adopted: 'starting startProbes agent.adopted',
  },
  starting: {
    startAsked: 'starting',
    stopAsked: 'draining stopProbes signal',
    spawned: 'starting startProbes agent.starting',
    spawnFailed: 'starting agent.exited spawn',
    becameReady: 'ready agent.ready',
    becameUnready: 'same',
    becameDead: 'draining agent.unhealthy stopProbes signal',
    said: 'same',
    exited: 'stopping stopProbes killTree agent.exited',
    deadline: 'draining agent.unhealthy stopProbes signal',
    treeGone: 'impossible',
    extended: 'starting',
    adopted: 'starting startProbes agent.adopted',
  },
  ready: {
    startAsked: 'ready',
    stopAsked: 'draining stopProbes signal',
    spawned: 'impossible',
    spawnFailed: 'impossible',
    becameReady: 'same',
    becameUnready: 'unhealthy agent.unhealthy',
    becameDead: 'draining agent.unhealthy stopProbes signal',
    said: 'unhealthy agent.unhealthy',
    exited: 'stopping stopProbes killTree agent.exited',
    deadline: 'same',
    treeGone: 'impossible',
    extended: 'same',
    adopted: 'ready startProbes agent.adopted',
  },
  unhealthy: {
    startAsked: 'unhealthy',
    stopAsked: 'draining stopProbes signal',
    spawned: 'impossible',
    spawnFailed: 'impossible',
    becameReady: 'ready agent.ready',
    becameUnready: 'same',
    becameDead: 'draining agent.unhealthy stopProbes signal',
    said: 'unhealthy agent.unhealthy',
    exited: 'stopping stopProbes killTree agent.exited',
    deadline: 'same',
    treeGone: 'impossible',
    extended: 'same',
    adopted: 'unhealthy startProbes agent.adopted',
  },
  leaving: {
    startAsked: 'unhealthy',
    stopAsked: 'draining stopProbes signal',
    spawned: 'impossible',
    spawnFailed: 'impossible',
    becameReady: 'ready agent.ready',
    becameUnready: 'same',
    becameDead: 'same',
    said: 'same',
    exited: 'stopping stopProbes killTree agent.exited',
    deadline: 'draining agent.unhealthy stopProbes signal',
    treeGone: 'impossible',
    extended: 'unhealthy',
    adopted: 'unhealthy startProbes agent.adopted',
  },
  draining: {
    startAsked: 'draining',
    stopAsked: 'draining',
    spawned: 'impossible',
    spawnFailed: 'impossible',
    becameReady: 'same',
    becameUnready: 'same',
    becameDead: 'same',
    said: 'same',
    exited: 'stopping stopProbes killTree',
    deadline: 'stopping stopProbes killTree',
    treeGone: 'impossible',
    extended: 'draining',
    adopted: 'draining signal',
  },
  stopping: {
    startAsked: 'stopping',
    stopAsked: 'stopping',
    spawned: 'impossible',
    spawnFailed: 'impossible',
    becameReady: 'same',
    becameUnready: 'same',
    becameDead: 'same',
    said: 'same',
    exited: 'same',
    deadline: 'same',
    treeGone: 'backoff release agent.backoff',
    extended: 'same',
    adopted: 'stopping killTree',
  },
  exited: {
    startAsked: 'starting spawn',
    stopAsked: 'exited',
    spawned: 'impossible',
    spawnFailed: 'impossible',
    becameReady: 'same',
    becameUnready: 'same',
    becameDead: 'same',
    said: 'same',
    exited: 'same',
    deadline: 'same',
    treeGone: 'same',
    extended: 'same',
    adopted: 'same',
  },
  backoff: {
    startAsked: 'starting spawn',
    stopAsked: 'exited agent.stopped',
    spawned: 'impossible',
    spawnFailed: 'impossible',
    becameReady: 'same',
    becameUnready: 'same',
    becameDead: 'same',
    said: 'same',
    exited: 'same',
    deadline: 'starting spawn',
    treeGone: 'same',
    extended: 'same',
    adopted: 'same',
  },
  failed: {
    startAsked: 'starting spawn',
    stopAsked: 'exited agent.stopped',
    spawned: 'impossible',
    spawnFailed: 'impossible',
    becameReady: 'same',
    becameUnready: 'same',
    becameDead: 'same',
    said: 'same',
    exited: 'same',
    deadline: 'starting spawn',
    treeGone: 'same',
    extended: 'same',
    adopted: 'same',
  },
};

const cells = Object.keys(INSTANCES).flatMap((state) =>
  (Object.keys(EVENTS) as InstanceEventKind[]).map((event) => ({ state, event, expected: EXPECTED[state]?.[event] })),
);

test.each(cells)('$state x $event -> $expected', ({ state, event, expected }) => {
  expect(outcome(INSTANCES[state]!, EVENTS[event])).toBe(expected);
});

test('every cell of the table is among them', () => {
  const visited = new Set(cells.map(({ state, event }) => `${INSTANCES[state]!.state} ${event}`));
  const written = Object.entries(LIFECYCLE).flatMap(([state, row]) =>
    Object.keys(row).map((event) => `${state} ${event}`),
  );
  expect([...visited].sort()).toEqual(written.sort());
  expect(written).toHaveLength(8 * 13);
});

test.each(Object.keys(INSTANCES))('%s drops every event of another incarnation', (state) => {
  for (const event of Object.values(EVENTS)) {
    if ('incarnation' in event) expect(outcome(INSTANCES[state]!, { ...event, incarnation: 'i0' })).toBe('same');
  }
});

describe('what follows', () => {
  const tell = (instance: Instance, event: Partial<InstanceEvent> & { kind: InstanceEventKind }, rules = RULES) =>
    decide(instance, { ...EVENTS[event.kind], ...event } as InstanceEvent, rules).instance;

  test('a deadline that has not come does nothing', () => {
    for (const state of ['starting', 'draining', 'backoff', 'failed']) {
      expect(outcome(INSTANCES[state]!, { ...EVENTS.deadline, at: 8_999 })).toBe('same');
    }
  });

  test('lateness of the sidecar itself is given to a start', () => {
    const late = tell(INSTANCES['starting']!, { kind: 'deadline', lateMs: 3_000 });
    expect(late).toMatchObject({ state: 'starting', deadline: 13_000 });
  });

  test('without a check to wait for, it is ready when it has lived for a second', () => {
    const { startPeriodMs: _none, ...rules } = RULES;
    const spawned = tell(INSTANCES['waiting']!, { kind: 'spawned' }, rules);
    expect(spawned).toMatchObject({ state: 'starting', deadline: 11_000 });
    expect(tell(spawned, { kind: 'deadline', at: 11_000 }, rules).state).toBe('ready');
  });

  test('a stop before there is a process ends it; a restart leaves it waiting', () => {
    expect(tell(INSTANCES['waiting']!, { kind: 'stopAsked' })).toMatchObject({ state: 'exited', why: 'asked' });
    expect(outcome(INSTANCES['waiting']!, { ...EVENTS.stopAsked, sequel: 'start' })).toBe('same');
  });

  test('a restart starts anew once nothing of the old process is left', () => {
    let instance = tell(INSTANCES['ready']!, { kind: 'stopAsked', sequel: 'start' });
    expect(instance.state).toBe('draining');
    instance = tell(instance, { kind: 'exited' });
    expect(instance.state).toBe('stopping');
    instance = tell(instance, { kind: 'treeGone' });
    expect(instance).toMatchObject({ state: 'starting', incarnation: 'i2', history: NO_HISTORY });
  });

  test('the last who asks while it goes is right', () => {
    const stopped = tell(INSTANCES['stopping']!, { kind: 'stopAsked' });
    expect(tell(stopped, { kind: 'treeGone' })).toMatchObject({ state: 'exited', why: 'asked' });
    const wanted = tell(stopped, { kind: 'startAsked' });
    expect(tell(wanted, { kind: 'treeGone' }).state).toBe('starting');
  });

  test.each(['starting', 'ready', 'unhealthy', 'draining', 'backoff', 'failed'])(
    'a start that is asked for while it is %s clears what counts against it',
    (state) => {
      const row = { exitsBeforeReady: 2, exitsInRow: 7, exitsByCause: { exit_1: 7 } };
      const history = { ...NO_HISTORY, restarts: 6, faults: 7, ...row };
      let instance = tell({ ...INSTANCES[state]!, history }, { kind: 'startAsked' });
      if (state === 'draining') instance = tell(tell(instance, { kind: 'exited' }), { kind: 'treeGone' });
      expect(instance.history).toEqual({ ...NO_HISTORY, restarts: 6, faults: 7 });
    },
  );

  test('a crash is started again at once, and again later', () => {
    let instance = tell(INSTANCES['ready']!, { kind: 'exited' });
    instance = tell(instance, { kind: 'treeGone' });
    expect(instance).toMatchObject({ state: 'starting', history: { restarts: 0, exitsInRow: 1, faults: 1 } });
    const waiting = { ...instance, incarnation: 'i1' };
    instance = tell(waiting, { kind: 'spawned' });
    expect(instance).toMatchObject({ state: 'starting', history: { restarts: 1 } });
    // As well where the sidecar was killed before it knew.
    expect(tell(waiting, { kind: 'adopted' })).toMatchObject({ history: { restarts: 1 } });
    expect(tell(instance, { kind: 'adopted' })).toMatchObject({ history: { restarts: 1 } });
    expect(tell(waiting, { kind: 'spawnFailed' })).toMatchObject({ history: { restarts: 0, faults: 2 } });
    instance = tell(instance, { kind: 'exited' });
    instance = tell(instance, { kind: 'treeGone' });
    expect(instance).toMatchObject({ state: 'backoff', deadline: 10_100 });
  });

  test('what was asked to end is asked once more by the next sidecar only where it may not have been', () => {
    const effectsOf = (instance: Instance) => decide(instance, EVENTS.adopted, RULES).effects;
    const draining = INSTANCES['draining']!;
    expect(effectsOf(draining)).toEqual([{ kind: 'signal', signal: 'SIGTERM' }]);
    expect(effectsOf(wasSignalled(draining))).toEqual([{ kind: 'signal', signal: 'SIGCONT' }]);
    expect(wasSignalled(INSTANCES['ready']!)).toBe(INSTANCES['ready']);
  });

  test('asked for more time, it gets it, and never less', () => {
    expect(tell(INSTANCES['draining']!, { kind: 'extended' })).toMatchObject({ deadline: 70_000 });
    expect(tell(INSTANCES['starting']!, { kind: 'extended' })).toMatchObject({ deadline: 70_000 });
    const far = { ...INSTANCES['draining']!, deadline: 99_000 } as Instance;
    expect(tell(far, { kind: 'extended' })).toMatchObject({ deadline: 99_000 });
  });

  test('what it said while it started is kept for the next sidecar', () => {
    const said = tell(INSTANCES['starting']!, { kind: 'said', word: 'ready' });
    expect(said).toMatchObject({ state: 'starting', saidReady: true });
    expect(tell(said, { kind: 'said', word: 'ready' })).toBe(said);
    expect(tell(said, { kind: 'adopted' })).toMatchObject({ saidReady: true });
    expect(tell(said, { kind: 'said', word: 'stopping' })).toMatchObject({ saidReady: false });
  });

  test('one that stops by itself is no fault before it ends, and has as long as if it had been asked to', () => {
    const before = { ...NO_HISTORY, exitsInRow: 9, exitsByCause: { exit_0: 9 } };
    const stopping = (since: number) => tell({ ...INSTANCES['ready']!, since, history: before }, { kind: 'said' });
    expect(stopping(9_999)).toMatchObject({ state: 'unhealthy', deadline: 15_000, history: before });
    // It was well for a minute: what was before is forgotten, as at its exit.
    expect(stopping(-60_000).history).toEqual(NO_HISTORY);
    expect(tell(stopping(0), { kind: 'extended' })).toMatchObject({ deadline: 70_000 });
    const late = tell(stopping(0), { kind: 'deadline', at: 20_000, lateMs: 5_000 });
    expect(late).toMatchObject({ state: 'unhealthy', deadline: 25_000 });
    const given = tell(late, { kind: 'deadline', at: 25_000 });
    expect(given).toMatchObject({
      state: 'draining',
      reason: 'said that it stops, and did not end within 5s',
      history: { faults: 1, exitsByCause: { stop_timeout: 1 } },
    });
  });

  test('one that was well for a minute and then is not ready has nothing counted from before', () => {
    const before = { ...NO_HISTORY, exitsInRow: 9, exitsByCause: { exit_0: 9 } };
    const unready = (since: number) =>
      tell({ ...INSTANCES['ready']!, since, history: before }, { kind: 'becameUnready' }).history;
    expect(unready(9_999)).toEqual({ ...before, faults: 1 });
    expect(unready(-60_000)).toEqual({ ...NO_HISTORY, faults: 1 });
  });

  test('silence and a bad answer are counted apart', () => {
    const causes = (['probe', 'watchdog'] as const).map(
      (cause) => tell(INSTANCES['ready']!, { kind: 'becameDead', cause }).history.exitsByCause,
    );
    expect(causes).toEqual([{ failed_probe: 1 }, { watchdog: 1 }]);
  });

  test('a start in a switch that never gets ready fails with a sentence', () => {
    const strict = { ...RULES, strict: true };
    let instance = INSTANCES['starting']!;
    for (let exits = 1; exits <= 3; exits++) {
      instance = tell(instance, { kind: 'exited', incarnation: instance.incarnation }, strict);
      instance = tell(instance, { kind: 'treeGone', incarnation: instance.incarnation }, strict);
      if (instance.state === 'backoff')
        instance = tell(instance, { kind: 'deadline', incarnation: instance.incarnation, at: 20_000 }, strict);
      if (instance.state === 'starting')
        instance = tell(instance, { kind: 'spawned', incarnation: instance.incarnation }, strict);
    }
    expect(instance).toMatchObject({ state: 'failed', reason: 'exited with code 1 three times before it was ready' });
  });

  test('a start in a switch that takes too long fails at once', () => {
    const strict = { ...RULES, strict: true };
    const draining = tell(INSTANCES['starting']!, { kind: 'deadline' }, strict);
    const failed = tell(tell(draining, { kind: 'exited' }, strict), { kind: 'treeGone' }, strict);
    expect(failed).toMatchObject({ state: 'failed', reason: 'was not ready within 1s: no answer' });
  });

  test('work that is done is no failure where nothing should start again', () => {
    const rules = { ...RULES, restart: { kind: 'no' } } as const;
    const stopping = tell(INSTANCES['ready']!, { kind: 'exited', status: { kind: 'code', code: 0 } }, rules);
    expect(tell(stopping, { kind: 'treeGone' }, rules)).toMatchObject({ state: 'exited', why: 'done' });
  });

  test('what the kernel does not let go of is named', () => {
    const rest = { ...INSTANCES['stopping']!, sequel: { kind: 'rest' } } as Instance;
    expect(tell(rest, { kind: 'treeGone', stuck: [12, 13] }).reason).toContain('12, 13');
  });
});
