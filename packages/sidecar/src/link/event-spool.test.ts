import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { describe, expect, test } from 'vitest';
import { EventSpool } from './event-spool.js';

const event = (id: number): OutriderEvent => ({ id: String(id), at: '', type: 'agent.ready', environment: 'local' });
const ids = (events: readonly OutriderEvent[]): string[] => events.map(({ id }) => id);

describe('the spool', () => {
  test('gives the oldest first and keeps them until they are taken away', () => {
    const spool = new EventSpool<OutriderEvent>(10);
    for (let id = 0; id < 5; id += 1) spool.push(event(id));
    expect(ids(spool.head(2))).toEqual(['0', '1']);
    expect(ids(spool.head(2))).toEqual(['0', '1']);
    spool.remove(spool.head(2));
    expect(ids(spool.head(9))).toEqual(['2', '3', '4']);
    expect(spool.size).toBe(3);
  });

  test('is bounded: the oldest go, and are counted', () => {
    const spool = new EventSpool<OutriderEvent>(3);
    for (let id = 0; id < 8; id += 1) spool.push(event(id));
    expect(ids(spool.head(9))).toEqual(['5', '6', '7']);
    expect(spool.dropped).toBe(5);
  });

  test('never takes away what was not delivered, though what was has been dropped meanwhile', () => {
    const spool = new EventSpool<OutriderEvent>(3);
    for (let id = 0; id < 3; id += 1) spool.push(event(id));
    const delivered = spool.head(2);
    spool.push(event(3));
    spool.remove(delivered);
    expect(ids(spool.head(9))).toEqual(['2', '3']);
  });

  test('drops what can be spared before anything else', () => {
    const spool = new EventSpool<OutriderEvent>(3, ({ type }) => type === 'error.reported');
    const spare = (id: number): OutriderEvent => ({ ...event(id), type: 'error.reported' });
    for (const item of [event(0), spare(1), event(2), spare(3), event(4)]) spool.push(item);
    expect(ids(spool.head(9))).toEqual(['0', '2', '4']);
    spool.push(event(5));
    expect(ids(spool.head(9))).toEqual(['2', '4', '5']);
    expect(spool.dropped).toBe(3);
  });
});
