import { describe, expect, it } from 'vitest';
import { parseYaml, type YamlSource } from './yaml-source.js';

function source(text: string): YamlSource {
  const parsed = parseYaml(text, 'f.yaml');
  if (!parsed.ok) throw new Error(parsed.problems[0]?.sentence);
  return parsed.source;
}

const refusal = (text: string): string => {
  const parsed = parseYaml(text, 'f.yaml');
  return parsed.ok ? 'accepted' : `${parsed.problems[0]?.line}: ${parsed.problems[0]?.sentence}`;
};

describe('parseYaml', () => {
  const text = [
    'base: &base',
    '  x: 1.10',
    'a:',
    '  <<: *base',
    '  list:',
    '    - one',
    '    - two',
    'b: *base',
    '',
  ].join('\n');

  it('finds the line of keys and items, through merges and aliases', () => {
    const { lineOf } = source(text);
    expect(lineOf(['a'])).toBe(3);
    expect(lineOf(['a', 'list', 1])).toBe(7);
    expect(lineOf(['a', 'x'])).toBe(2);
    expect(lineOf(['b', 'x'])).toBe(2);
  });

  it('falls back to the nearest parent', () => {
    const { lineOf } = source(text);
    expect(lineOf(['a', 'no', 'such'])).toBe(3);
    expect(lineOf(['nothing'])).toBe(1);
  });

  it('keeps scalars as they are written', () => {
    expect(source(text).textOf(['base', 'x'])).toBe('1.10');
  });

  it.each([
    ['a: [1', /^1: This is no YAML: /],
    ['a: 1\nb: 2\na: 3', /^3: The key "a" is there twice\.$/],
    ['a: *nobody', /^1: .*nobody/],
    ['a: 1\n---\nb: 2', /^\d: This is no YAML: /],
    ['a: !!secret x', /^1: This is no YAML: .*secret/],
    ['['.repeat(50_000), /^1: The file is nested too deeply\.$/],
    [`a: "${'x'.repeat(1024 * 1024)}"`, /^1: The file is larger than 1 MiB\.$/],
  ])('refuses %#', (bad, expected) => {
    expect(refusal(bad)).toMatch(expected);
  });

  it('refuses aliases that multiply', () => {
    const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(
      (name, index, all) =>
        `${name}: &${name} [${Array(9)
          .fill(index === 0 ? 'x' : `*${all[index - 1] ?? ''}`)
          .join(', ')}]`,
    );
    expect(refusal(levels.join('\n'))).toMatch(/alias/);
  });
});
