import { describe, expect, it } from 'vitest';
import type { Rollout } from '@outrider/shared/domain/rollout.js';
import { idOfRecord, readRecord, recordOf } from './record.js';

function rolloutOf(hosts: number): Rollout {
  return {
    ...{ seq: 7, kind: 'rollout', app: 'assistants', environment: 'test', version: '2.0.0', digest: 'a'.repeat(64) },
    ...{ phase: 'switching', paused: false, by: 'ada', startedAt: 1, steps: hosts, id: 'r7' },
    options: { bakeMs: 0, confirmWithinMs: 1, commit: 'together', skipDown: false },
    hosts: Array.from({ length: hosts }, (_one, index) => ({
      ...{ host: `host-${index}`, wave: index + 1, state: 'staged', touched: false, step: index },
      to: { version: '2.0.0', digest: 'a'.repeat(64), specDigest: `${index}`.padStart(64, '0') },
    })),
  };
}

describe('the record of a rollout', () => {
  it('is plain JSON where there are few hosts', () => {
    expect(JSON.parse(recordOf(rolloutOf(3)))).toEqual(rolloutOf(3));
  });

  it.each([3, 2_000])('says all of a rollout over %i hosts again', (hosts) => {
    const record = recordOf(rolloutOf(hosts));
    expect(readRecord(record)).toEqual(rolloutOf(hosts));
    expect(idOfRecord(record)).toBe('r7');
  });

  it('is short enough for a host where there are thousands', () => {
    expect(recordOf(rolloutOf(4_000)).length).toBeLessThan(1024 * 1024);
  });

  it('is read as an older coordinator wrote it', () => {
    expect(idOfRecord(JSON.stringify(rolloutOf(2)))).toBe('r7');
  });

  it('is spelled once for one and the same state', () => {
    const rollout = rolloutOf(2_000);
    expect(recordOf(rollout)).toBe(recordOf(rollout));
  });
});
