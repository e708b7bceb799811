import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Batch, FetchBoard, type Outcome } from './board.js';
import { routeOf, type Sources } from './route.js';

const digests = (count: number): string[] =>
  Array.from({ length: count }, (_none, index) =>
    Math.imul(index + 1, 0x9e3779b1)
      .toString(16)
      .replace('-', '')
      .padStart(64, '0'),
  ).map((hex) => hex.slice(-8) + hex.slice(0, 56));

const names = (count: number): string[] => Array.from({ length: count }, (_none, index) => `pc${index + 1}`);
const sourcesOf = (self: string, together: readonly string[], holders: readonly string[] = []): Sources => ({
  ...{ self, together, holders, coordinators: ['10.0.0.1:7077', '10.0.0.2:7077'] },
});

describe('the route of a content', () => {
  it('makes no two hosts wait for each other, and one of them waits for none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.constantFrom(...digests(200)), (count, sha256) => {
        const hosts = names(count);
        const asked = new Map(hosts.map((host) => [host, routeOf(sha256, sourcesOf(host, hosts))]));
        for (const [host, route] of asked) {
          for (const other of route) expect(asked.get(other) ?? []).not.toContain(host);
          expect(route.slice(-2)).toEqual(['10.0.0.1:7077', '10.0.0.2:7077']);
        }
        expect([...asked.values()].filter(([first]) => first === '10.0.0.1:7077')).toHaveLength(1);
      }),
    );
  });

  it('shares the contents out among the hosts, and asks who has the release before a coordinator', () => {
    const hosts = names(8);
    const seeded = new Map(hosts.map((host) => [host, 0]));
    for (const sha256 of digests(4_000)) {
      const [seed = ''] = hosts.filter((host) => routeOf(sha256, sourcesOf(host, hosts))[0]?.includes(':'));
      seeded.set(seed, (seeded.get(seed) ?? 0) + 1);
      expect(routeOf(sha256, sourcesOf(seed, hosts, ['old1', 'old2']))[0]).toMatch(/^old/);
    }
    for (const count of seeded.values()) expect(count).toBeGreaterThan(350);
  });

  it('of a host alone is the coordinators', () => {
    expect(routeOf(digests(1)[0] ?? '', sourcesOf('pc1', ['pc1']))).toEqual(['10.0.0.1:7077', '10.0.0.2:7077']);
  });
});

type Manner = 'honest' | 'dead' | 'liar' | 'forgetful';

/** Hosts that fetch from each other in any order of events, each with its own idea of who is there. */
class World {
  readonly boards: ReadonlyMap<string, FetchBoard>;
  readonly sent = new Map<string, number>();
  private readonly have = new Map<string, Set<string>>();
  private underWay: { readonly host: string; readonly batch: Batch }[] = [];

  constructor(
    private readonly wanted: readonly string[],
    private readonly manners: ReadonlyMap<string, Manner>,
    told: (host: string) => readonly string[],
    private readonly random: (below: number) => number,
    private faults: number,
  ) {
    const bytes = new Map(wanted.map((sha256) => [sha256, 10]));
    const limits = { contents: 5, bytes: 1_000, ofCoordinator: 2, ofHost: 1, ofHosts: 2 };
    const hosts = [...manners].filter(([, manner]) => manner !== 'dead').map(([host]) => host);
    this.boards = new Map(hosts.map((host) => [host, new FetchBoard(bytes, sourcesOf(host, told(host)), limits)]));
    for (const host of manners.keys()) this.have.set(host, new Set());
  }

  /** Whether anything was left to do. `patient`: nobody gives up waiting while there is anything else that can happen. */
  step(patient: boolean): boolean {
    for (const [host, board] of this.boards) {
      for (let batch = board.next(); batch !== undefined; batch = board.next()) this.underWay.push({ host, batch });
      if (board.size > 0 && !this.underWay.some((one) => one.host === host)) {
        board.retry();
        return true;
      }
    }
    const ready = patient ? this.underWay.filter(({ batch }) => this.hasAll(batch)) : this.underWay;
    const choice = ready.length > 0 ? ready : this.underWay;
    const one = choice[this.random(choice.length)];
    if (one === undefined) return false;
    this.underWay = this.underWay.filter((other) => other !== one);
    this.boards.get(one.host)?.end(one.batch, this.answer(one.host, one.batch));
    return true;
  }

  private hasAll({ source, wanted }: Batch): boolean {
    const have = this.have.get(source);
    return have === undefined || this.manners.get(source) !== 'honest' || wanted.every((sha256) => have.has(sha256));
  }

  private answer(host: string, { source, wanted }: Batch): Outcome {
    const have = this.have.get(source) ?? new Set(this.wanted);
    const sendable = wanted.filter((sha256) => have.has(sha256));
    switch (this.manners.get(source) ?? 'coordinator') {
      case 'dead':
        return 'failed';
      case 'liar':
        this.send(host, source, sendable.slice(0, this.random(3)));
        return 'lied';
      case 'forgetful':
        this.send(
          host,
          source,
          sendable.filter(() => this.random(2) === 0),
        );
        return 'all';
      case 'honest':
        this.send(host, source, sendable);
        return sendable.length === 0 ? 'failed' : 'all';
      case 'coordinator':
        if (this.faults > 0 && this.random(3) === 0) {
          this.faults -= 1;
          this.send(host, source, sendable.slice(0, this.random(3)));
          return 'failed';
        }
        this.send(host, source, sendable);
        return 'all';
    }
  }

  private send(host: string, source: string, contents: readonly string[]): void {
    for (const sha256 of contents) {
      this.have.get(host)?.add(sha256);
      this.boards.get(host)?.arrived(sha256);
    }
    this.sent.set(source, (this.sent.get(source) ?? 0) + contents.length);
  }
}

const numbers = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const MANNERS: readonly Manner[] = ['honest', 'honest', 'dead', 'liar', 'forgetful'];

describe('a board', () => {
  it('ends whole on every host that lives, whoever dies, lies, forgets or was told of others', () => {
    const world = fc.record({
      manners: fc.array(fc.constantFrom(...MANNERS), { minLength: 1, maxLength: 6 }),
      contents: fc.integer({ min: 0, max: 60 }),
      seed: fc.nat(),
      faults: fc.nat(20),
      agreed: fc.boolean(),
      patient: fc.boolean(),
    });
    fc.assert(
      fc.property(world, ({ manners, contents, seed, faults, agreed, patient }) => {
        const hosts = names(manners.length);
        const random = numbers(seed);
        const told = (): readonly string[] => (agreed ? hosts : hosts.filter(() => random(2) === 0));
        const known = new Map(hosts.map((host, index) => [host, manners[index] ?? 'honest'] as const));
        const run = new World(digests(contents), known, told, random, faults);
        let steps = 0;
        while (run.step(patient)) expect((steps += 1)).toBeLessThan(20_000);
        for (const board of run.boards.values()) expect(board.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('lets each content leave the coordinators once where all are honest, and each host give as much as it takes', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const hosts = names(6);
        const run = new World(
          digests(300),
          new Map(hosts.map((host) => [host, 'honest'])),
          () => hosts,
          numbers(seed),
          0,
        );
        while (run.step(true));
        expect(run.sent.get('10.0.0.1:7077')).toBe(300);
        for (const host of hosts) expect(run.sent.get(host)).toBeLessThan(2 * 300);
      }),
      { numRuns: 20 },
    );
  });

  it('asks a source for so much at once, and for one content however large', () => {
    const wanted = new Map(digests(7).map((sha256, index) => [sha256, index === 0 ? 5_000 : 400]));
    const limits = { contents: 3, bytes: 1_000, ofCoordinator: 2, ofHost: 1, ofHosts: 4 };
    const board = new FetchBoard(wanted, { self: 'pc1', together: [], holders: [], coordinators: ['a:1'] }, limits);
    const [first, second, third] = [board.next(), board.next(), board.next()];
    expect(third).toBeUndefined();
    for (const batch of [first, second]) {
      const bytes = (batch?.wanted ?? []).reduce((sum, sha256) => sum + (wanted.get(sha256) ?? 0), 0);
      expect(bytes <= 1_000 || batch?.wanted.length === 1).toBe(true);
    }
  });
});
