import { describe, expect, it } from 'vitest';
import type { AppStatus, HostPhase } from '@outrider/shared/domain/host.js';
import type { ReleaseRef } from '@outrider/shared/domain/release.js';
import {
  exitCodeOf,
  type RollbackStrategy,
  type Rollout,
  type RolloutOptions,
} from '@outrider/shared/domain/rollout.js';
import { begin } from './begin.js';
import { decide } from './decide.js';
import type { Decision, RolloutEvent } from './decision.js';
import { explain } from './explain.js';

const ref = (version: string): ReleaseRef => ({ version, digest: version, specDigest: version });
const [OLD, NEW] = [ref('1'), ref('2')];
const BAKE = 10_000;

/** A rollout that is moved on by what hosts and people say; remembers what the last of it has told whom. */
class Story {
  rollout: Rollout;
  told: readonly string[] = [];
  at = 0;

  constructor(options: Partial<RolloutOptions>, waves: readonly number[], kind: Rollout['kind'] = 'rollout') {
    const first = begin({
      ...{ id: 'r1', seq: 1, kind, app: 'a', environment: 'test', version: '2', digest: '2', phase: 'staging' },
      ...{ paused: false, by: 'ann', startedAt: 0, steps: 0 },
      hosts: waves.map((wave, index) => ({
        ...{ host: `h${index + 1}`, wave, state: 'pending', from: OLD, to: NEW, touched: false, step: 0 },
      })),
      options: { bakeMs: BAKE, confirmWithinMs: 30_000, commit: 'together', skipDown: false, ...options },
    });
    this.rollout = first.rollout;
    this.take(first);
  }

  private take({ rollout, effects }: Decision): this {
    this.rollout = rollout;
    this.told = effects.map(({ kind, host }) => `${kind} ${host}`);
    return this;
  }

  tell(event: RolloutEvent): this {
    return this.take(decide(this.rollout, event));
  }

  person(kind: 'pause' | 'resume' | 'promote' | 'abort'): this {
    return this.tell({ kind, by: 'ann', at: this.at });
  }

  wait(ms: number): this {
    this.at += ms;
    return this.tell({ kind: 'tick', at: this.at });
  }

  says(name: string, phase: HostPhase, patch: Partial<AppStatus> = {}): this {
    const { step = 0 } = this.rollout.hosts.find(({ host }) => host === name) ?? {};
    const staging = { ...NEW, state: 'done', reason: '', bytesDone: 1, bytesTotal: 1 } as const;
    const status: AppStatus = {
      ...{ app: 'a', phase, active: OLD, converged: true, waitingFor: '', agents: [], staging },
      fence: { epoch: 1, rollout: 1, step },
      ...patch,
    };
    return this.tell({ kind: 'report', host: name, status, at: this.at });
  }

  staged(...names: readonly string[]): this {
    for (const name of names) this.says(name, 'staged');
    return this;
  }

  onTrial = (name: string): this => this.says(name, 'trial', { candidate: NEW });
  wentBack = (name: string): this => this.says(name, 'idle');
  isNew = (name: string): this => this.says(name, 'committed', { active: NEW });

  get states(): readonly string[] {
    return this.rollout.hosts.map(({ state }) => state);
  }
}

describe('the strategy canary', () => {
  const canary = (): Story =>
    new Story({ strategy: 'canary', canaryWave: 1, awaitPromotion: true }, [1, 2, 2]).staged('h1', 'h2', 'h3');

  it('waits after the bake, for however long, until somebody promotes it', () => {
    const story = canary().onTrial('h1').wait(BAKE);
    expect([story.rollout.awaiting, story.rollout.paused, story.rollout.deadline]).toEqual([
      'promotion',
      true,
      undefined,
    ]);
    expect(explain(story.rollout)).toMatch(/waits for "coordinator rollout promote r1"/);
    story.wait(1e9);
    expect(story.states).toEqual(['trial', 'staged', 'staged']);
    expect(story.person('resume').rollout.awaiting).toBe('promotion');
    expect(story.person('promote').told).toEqual(['switch h2', 'switch h3']);
    expect(story.rollout.promotedBy).toBe('ann');
    expect(story.person('promote').told).toEqual([]);
  });

  it('cuts its bake short where it is promoted before', () => {
    const story = canary().onTrial('h1');
    expect(story.person('promote').told).toEqual(['switch h2', 'switch h3']);
    story
      .onTrial('h2')
      .onTrial('h3')
      .wait(BAKE - 1);
    expect(story.person('promote').rollout.phase).toBe('baking');
    expect(story.wait(1).told).toEqual(['commit h1', 'commit h2', 'commit h3']);
  });

  it('that is paused while it waits is promoted, and goes on only when it is resumed', () => {
    const story = canary().onTrial('h1').wait(BAKE).person('pause');
    expect([story.rollout.pausedBy, story.rollout.awaiting]).toEqual(['ann', 'promotion']);
    expect(explain(story.rollout)).toMatch(
      /waits for "coordinator rollout promote r1"; then it is paused by ann until/,
    );
    expect(story.person('promote').told).toEqual([]);
    expect([story.rollout.awaiting, story.rollout.paused, story.states]).toEqual([
      undefined,
      true,
      ['trial', 'staged', 'staged'],
    ]);
    expect(story.person('resume').told).toEqual(['switch h2', 'switch h3']);
    expect(story.rollout).not.toHaveProperty('pausedBy');
  });

  it('that is resumed while it waits is paused no more, and waits on', () => {
    const story = canary().onTrial('h1').wait(BAKE).person('pause').person('resume');
    expect([story.rollout.pausedBy, story.rollout.awaiting, story.rollout.paused]).toEqual([
      undefined,
      'promotion',
      true,
    ]);
    expect(story.person('promote').told).toEqual(['switch h2', 'switch h3']);
  });

  it('cannot be promoted before anything is on trial', () => {
    expect(canary().person('promote').rollout.promotedBy).toBeUndefined();
  });

  it('proves a canary anew that fell ill while it waited', () => {
    const story = canary().onTrial('h1').wait(BAKE);
    story.says('h1', 'trial', { candidate: NEW, converged: false });
    expect(story.person('promote').told).toEqual([]);
    expect(story.onTrial('h1').told).toEqual(['switch h2', 'switch h3']);
  });

  it('goes on by itself where nobody is to be waited for', () => {
    const story = new Story({ strategy: 'canary', canaryWave: 1 }, [1, 2]).staged('h1', 'h2').onTrial('h1');
    expect(story.wait(BAKE).told).toEqual(['switch h2']);
  });
});

describe('on failure: rollback-host', () => {
  const three = (): Story => new Story({ onFailure: 'rollback-host' }, [1, 2, 2]).staged('h1', 'h2', 'h3');

  it('takes back the wave that failed, keeps those that have baked, and says so', () => {
    const story = three().onTrial('h1').wait(BAKE).onTrial('h2').onTrial('h3').wentBack('h2');
    expect(story.told).toEqual(['commit h1', 'revert h3']);
    story.wentBack('h3');
    expect(story.told).toEqual(['revert h2']);
    story.wentBack('h2');
    expect(story.rollout.phase).toBe('rolling_back');
    story.isNew('h1');
    expect([story.rollout.phase, exitCodeOf(story.rollout)]).toEqual(['rolled_back', 20]);
    expect(story.states).toEqual(['committed', 'reverted', 'reverted']);
    expect(explain(story.rollout)).toMatch(/taken back on h2, h3, while h1 keeps it: h2 went back by itself/);
    const both = story.rollout.hosts.map((host) =>
      host.host === 'h2' ? { ...host, state: 'committed' as const } : host,
    );
    expect(explain({ ...story.rollout, hosts: both })).toMatch(/while h1, h2 keep it/);
  });

  it('counts a host as taken back whose trial was over before it heard that it stays', () => {
    const story = three().onTrial('h1').wait(BAKE).onTrial('h2').onTrial('h3').wentBack('h2');
    story.wentBack('h1').wentBack('h3').wentBack('h2');
    expect([story.rollout.phase, ...story.states]).toEqual(['rolled_back', 'reverted', 'reverted', 'reverted']);
  });

  it('takes everything back where it is aborted', () => {
    const story = three().onTrial('h1').wait(BAKE).onTrial('h2').onTrial('h3').person('abort');
    expect(story.told).toEqual(['revert h3']);
    expect(story.rollout.hosts.some(({ stays }) => stays)).toBe(false);
  });
});

describe('on failure: hold', () => {
  const two = (): Story => new Story({ onFailure: 'hold' }, [1, 2]).staged('h1', 'h2');

  it('stands still with code 22, and tries again when it is resumed', () => {
    const story = two().onTrial('h1').wait(BAKE).wentBack('h2');
    expect(story.told).toEqual([]);
    expect([story.rollout.holding, exitCodeOf(story.rollout)]).toEqual(['h2 went back by itself', 22]);
    expect(explain(story.rollout)).toMatch(/on hold, since h2 went back/);
    expect(story.states).toEqual(['trial', 'reverting']);
    story.wait(1e9);
    expect(story.wentBack('h2').states).toEqual(['trial', 'staged']);
    story.person('resume');
    expect([story.rollout.holding, story.rollout.reason]).toEqual([undefined, undefined]);
    expect(story.wait(BAKE).told).toEqual(['switch h2']);
    expect(story.onTrial('h2').wait(BAKE).told).toEqual(['commit h1', 'commit h2']);
  });

  it('waits for a host that is still on its way back before it goes on', () => {
    const story = new Story({ onFailure: 'hold' }, [1, 1, 2]).staged('h1', 'h2', 'h3');
    story.onTrial('h1').onTrial('h2').wentBack('h2').person('resume').wait(BAKE);
    expect([story.told, story.states]).toEqual([[], ['trial', 'reverting', 'staged']]);
    expect(story.wentBack('h2').told).toEqual(['switch h2']);
    expect(story.onTrial('h2').wait(BAKE).told).toEqual(['switch h3']);
  });

  it('fetches again what could not be fetched', () => {
    const story = new Story({ onFailure: 'hold' }, [1, 2]).staged('h1');
    const failed = { ...NEW, state: 'failed', reason: 'the disk is full', bytesDone: 0, bytesTotal: 1 } as const;
    expect(story.says('h2', 'staged', { staging: failed }).rollout.holding).toMatch(/disk is full/);
    expect(story.person('resume').told).toEqual(['stage h2']);
    expect(story.staged('h2').told).toEqual(['switch h1']);
  });

  it('is taken back by an abort, also after the decision to commit', () => {
    const story = two().onTrial('h1').wait(BAKE).onTrial('h2').wait(BAKE);
    expect(story.told).toEqual(['commit h1', 'commit h2']);
    story.isNew('h1').wentBack('h2');
    expect([story.rollout.phase, story.rollout.holding]).toEqual(['committing', 'h2 went back by itself']);
    expect(story.person('abort').told).toEqual(['revert h2']);
    expect(explain(story.rollout)).toMatch(
      /is being taken back on .*: aborted by ann; it was on hold, since h2 went back by itself\.$/,
    );
    expect(story.wentBack('h2').told).toEqual(['switch h1']);
    expect(story.wentBack('h1').rollout.phase).toBe('aborted');
  });
});

describe('a rollback', () => {
  const back = (strategy?: RollbackStrategy): Story =>
    new Story(strategy === undefined ? {} : { strategy }, [1, 2, 3], 'rollback');

  it.each(['immediate', 'selective', 'emergency'] as const)('that is %s waits for nobody else', (strategy) => {
    const story = back(strategy);
    expect(story.staged('h2').told).toEqual(['switch h2']);
    expect(story.staged('h3', 'h1').told).toEqual(['switch h1']);
    expect(story.isNew('h1').isNew('h2').rollout.phase).toBe('switching');
    expect(story.isNew('h3').rollout.phase).toBe('succeeded');
  });

  it.each(['graceful', undefined] as const)('that is %s goes one by one, once all is fetched', (strategy) => {
    const story = back(strategy).staged('h1', 'h3');
    expect(story.told).toEqual([]);
    expect(story.staged('h2').told).toEqual(['switch h1']);
    expect(story.isNew('h1').told).toEqual(['switch h2']);
  });

  it('that is progressive proves each host before the next', () => {
    const story = back('progressive').staged('h1', 'h2', 'h3').isNew('h1');
    expect(story.told).toEqual([]);
    story.wait(BAKE - 1);
    story.says('h1', 'committed', { active: NEW, converged: false });
    expect(story.wait(BAKE).told).toEqual([]);
    story.isNew('h1');
    expect(story.wait(BAKE).told).toEqual(['switch h2']);
  });

  it('that is progressive holds where a host is lost, and goes on without it when it is resumed', () => {
    const story = back('progressive').staged('h1', 'h2', 'h3');
    story.tell({ kind: 'unreachable', host: 'h1', forMs: 6_000, at: story.at });
    expect([story.rollout.holding, exitCodeOf(story.rollout)]).toEqual(['h1 cannot be reached', 22]);
    expect(story.person('resume').told).toEqual(['switch h2']);
  });

  it('that is aborted tells no further host, and ends when those that were told have arrived', () => {
    const story = back('graceful').staged('h1', 'h2', 'h3').person('abort');
    expect([story.rollout.phase, ...story.states]).toEqual(['switching', 'switching', 'pending', 'pending']);
    expect(story.isNew('h1').rollout.phase).toBe('aborted');
    expect(explain(story.rollout)).toMatch(/aborted by ann and stands where it was/);
    const superseded = { ...story.rollout, kind: 'rollout' as const, abortedBy: 'ann, who supersedes it with 3' };
    expect(explain(superseded)).toMatch(/aborted by ann, who supersedes it with 3, and taken back/);
  });

  it('that is aborted waits for no host that is lost, and names it', () => {
    const story = back('progressive').staged('h1', 'h2', 'h3');
    story.tell({ kind: 'unreachable', host: 'h1', forMs: 6_000, at: story.at });
    expect(explain(story.rollout)).toMatch(
      /has no host back yet, and h2, h3 to go; on hold, since h1 cannot be reached\. Go on without that host .*resume.*, or end it as it stands with .*abort/,
    );
    story.person('abort');
    expect([story.rollout.phase, exitCodeOf(story.rollout)]).toEqual(['aborted', 21]);
    expect(story.rollout.reason).toBe('aborted by ann; h1 cannot be reached');
    expect(explain(story.rollout)).toMatch(
      /aborted by ann and stands where it was, while h1 did not get there: h1 cannot be reached\.$/,
    );
    const late = back('graceful').staged('h1', 'h2', 'h3').person('abort');
    late.tell({ kind: 'unreachable', host: 'h1', forMs: 6_000, at: late.at });
    expect(late.rollout.phase).toBe('aborted');
  });

  it('says what it waits for', () => {
    const story = back('immediate').staged('h1', 'h2', 'h3').isNew('h2');
    expect(explain(story.rollout)).toMatch(/is switching h1, h3\.$/);
    story.isNew('h3').tell({ kind: 'unreachable', host: 'h1', forMs: 6_000, at: story.at });
    expect(explain(story.rollout)).toMatch(/has h2, h3 back, and waits for h1: h1 cannot be reached\.$/);
    const slow = back('progressive').staged('h1', 'h2', 'h3').isNew('h1');
    expect(explain(slow.rollout)).toMatch(/has h1 back, and h2, h3 to go\.$/);
  });
});
