import { expect, it } from 'vitest';
import { detailLines } from './plan-details-text.js';

const lines = (from: string, to: string): string =>
  detailLines({
    ...{ host: 'pc2', wave: 1, actions: [] },
    settings: [{ agent: 'web', setting: 'command', from, to, hidden: false }],
  }).join();

it('shows both values of a setting, and of long ones the place where they part', () => {
  expect(lines('a', 'b')).toBe('  web: command "a" -> "b"');
  const [head, tail] = ['x'.repeat(300), 'y'.repeat(300)];
  const text = lines(`${head}old${tail}`, `${head}new${tail}`);
  expect(text).toMatch(/"\.\.\.x{30}oldy+\.\.\." -> "\.\.\.x{30}newy+\.\.\."$/);
  expect(text.length).toBeLessThan(300);
  expect(lines(head, `${head}1`)).toMatch(/-> "\.\.\.x+1"$/);
});
