import { expect, it } from 'vitest';
import { paint, table } from './table.js';

it('aligns columns and leaves no space at the end', () => {
  expect(
    table(
      [
        ['a', 'ready'],
        ['memory', ''],
      ],
      ['AGENT', 'STATE'],
    ),
  ).toBe('AGENT   STATE\na       ready\nmemory');
});

it('counts characters as people do', () => {
  expect(
    table([
      ['é', 'x'],
      ['ee', 'y'],
    ]),
  ).toBe('é   x\nee  y');
});

it('paints only terminals', () => {
  expect(paint('x', 'red', { isTTY: false })).toBe('x');
});
