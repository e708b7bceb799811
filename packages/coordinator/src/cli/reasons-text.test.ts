import { expect, it } from 'vitest';
import { reasonsText } from './reasons-text.js';

const action = (agent: string, instance: number, why: string, kind: 'replace' | 'keep' = 'replace') => ({
  ...{ agent, instance, action: kind, order: 0, why },
});

it('tells each reason once, whatever it concerns', () => {
  const hosts = [
    { host: 'pc1', wave: 1, actions: [action('a', 0, 'x.py changed'), action('a', 1, 'x.py changed')] },
    { host: 'pc2', wave: 2, actions: [action('a', 0, 'x.py changed'), action('b', 0, 'unchanged', 'keep')] },
    { host: 'pc2', app: 'shop', wave: 2, actions: [action('a', 0, 'x.py changed')] },
  ];
  expect(
    reasonsText(hosts)
      .split('\n')
      .map((line) => line.trim().replace(/\s+/g, ' ')),
  ).toEqual(['~ a x.py changed on pc1, pc2', '~ shop/a x.py changed on pc2']);
  expect(reasonsText([])).toBe('');
});
