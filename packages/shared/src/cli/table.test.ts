import { expect, it } from 'vitest';
import { paint, table } from './table.js';
import { cut, widthOf } from './width.js';

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

it('fits the terminal: the widest columns are cut, with an ellipsis, and nothing wraps', () => {
  const rows = [
    ['main-pc', 'assistants/memory.0', 'backoff', 'exited with code 1 after 3 s, 14 times in a row'],
    ['pc2', 'assistants/vision.0', 'ready', ''],
  ];
  for (const columns of [120, 60, 40, 20]) {
    const lines = table(rows, ['HOST', 'AGENT', 'STATE', 'REASON'], columns).split('\n');
    expect(lines.every((line) => widthOf(line) <= columns)).toBe(true);
  }
  expect(table(rows, undefined, 60)).toBe(
    'main-pc  assistants/memory.0  backoff  exited with code 1 a…\npc2      assistants/vision.0  ready',
  );
});

it('cuts wide characters and colours where they end', () => {
  expect(cut('記憶エージェント', 5)).toBe('記憶…');
  expect(cut('\u001b[31mfailed for good\u001b[0m', 7)).toBe('\u001b[31mfailed…\u001b[0m');
  expect(cut('fits', 4)).toBe('fits');
});
