import { expect, test } from 'vitest';
import { formatSize, parseSize, spokenSize } from './size.js';

test.each<[string, number | undefined]>([
  ['64M', 67_108_864],
  ['512K', 524_288],
  ['1G', 1_073_741_824],
  ['0', 0],
  ['1000', 1_000],
  ['4096', 4_096],
  ['64MB', 67_108_864],
  ['64m', 67_108_864],
  ['1.5M', 1_572_864],
  ['-1', undefined],
  ['64T', undefined],
  ['', undefined],
  ['M', undefined],
  ['999999999999999G', undefined],
])('%j is %s bytes', (text, bytes) => expect(parseSize(text)).toBe(bytes));

test('the shortest spelling is read as the same', () => {
  for (const bytes of [0, 1, 1_000, 1_024, 1_536 * 1_024, 64 * 1_024 ** 2, 3 * 1_024 ** 3]) {
    expect(parseSize(formatSize(bytes))).toBe(bytes);
  }
  expect(formatSize(64 * 1_024 ** 2)).toBe('64M');
});

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [1023, '1023 bytes'],
  [1536, '1.5 KiB'],
  [1024 ** 2 - 1, '1 MiB'],
  [923.4 * 1024 ** 2, '923.4 MiB'],
  [5 * 1024 ** 4, '5 TiB'],
  [5000 * 1024 ** 4, '5000 TiB'],
])('%d is spoken of as %s', (bytes, text) => {
  expect(spokenSize(bytes)).toBe(text);
});
