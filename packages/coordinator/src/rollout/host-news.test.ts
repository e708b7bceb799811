import { describe, expect, it } from 'vitest';
import { type HostLook, isUnknown, newsOf } from './host-news.js';

const look = (state: HostLook['state'], patch: Partial<HostLook> = {}): HostLook => ({
  ...{ state, cutOff: false, flapping: false },
  ...patch,
});
const type = (told: HostLook | undefined, now: HostLook): string | undefined => newsOf(told, now)?.type;

describe('news of a host', () => {
  it('is each change of its state, once', () => {
    expect(type(look('up'), look('suspect'))).toBe('host.suspect');
    expect(type(look('suspect'), look('down'))).toBe('host.down');
    expect(type(look('down'), look('up'))).toBe('host.up');
    expect(type(look('down'), look('down'))).toBeUndefined();
  });

  it('at the first look is only that it is down', () => {
    expect(type(undefined, look('up'))).toBeUndefined();
    expect(type(undefined, look('down'))).toBe('host.down');
    expect(isUnknown(undefined, look('suspect'))).toBe(true);
    expect(isUnknown(undefined, look('suspect', { cutOff: true }))).toBe(false);
  });

  it('of one that is cut off says that it lives', () => {
    const news = newsOf(look('suspect'), look('suspect', { cutOff: true }));
    expect(news).toMatchObject({ type: 'host.suspect', reason: expect.stringContaining('Redis') as string });
    expect(type(look('down'), look('suspect', { cutOff: true }))).toBe('host.suspect');
  });

  it('of one that comes and goes is that, and then nothing until it is steady', () => {
    expect(type(look('up'), look('suspect', { flapping: true }))).toBe('host.flapping');
    const flapping = look('suspect', { flapping: true });
    for (const state of ['up', 'suspect', 'down'] as const)
      expect(type(flapping, look(state, { flapping: true }))).toBeUndefined();
    expect(newsOf(flapping, look('up'))).toEqual({ type: 'host.up', reason: 'it is steady again: it answers' });
    expect(type(flapping, look('down'))).toBe('host.down');
  });

  it('where another one answers names it', () => {
    expect(newsOf(look('up'), look('down', { mistaken: '10.0.0.1 is pc3' }))?.reason).toBe('10.0.0.1 is pc3');
  });
});
