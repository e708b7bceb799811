import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { differencesIn, type History } from '../simulation/history.js';

const folder = new URL('.', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (name: string): History => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as History;

describe('a recorded rollout', () => {
  it('is there a dozen times at least', () => {
    expect(names.length).toBeGreaterThanOrEqual(12);
  });

  it.each(names)('is decided as it was then: %s', (name) => {
    const history = read(name);
    expect(history.steps.length).toBeGreaterThan(5);
    expect(differencesIn(history)).toEqual([]);
  });

  it('shows where today decides otherwise, unless that is allowed, and what is allowed for nothing', () => {
    const history = read(names[0]!);
    const index = history.steps.findIndex(({ decided }) => decided.commands.length > 0);
    const steps = history.steps.map((step, at) =>
      at === index ? { ...step, decided: { ...step.decided, commands: [] } } : step,
    );
    expect(differencesIn({ ...history, steps })).toEqual([expect.stringMatching(new RegExp(`^step ${index} `))]);
    const allowed = { [index]: 'for this test' };
    expect(differencesIn({ ...history, steps, allowed })).toEqual([]);
    expect(differencesIn({ ...history, allowed })).toEqual([`step ${index} is allowed to differ, and does not`]);
  });
});
