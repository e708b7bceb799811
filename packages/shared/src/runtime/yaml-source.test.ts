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
    ['x: 1\na: *nobody', /^2: \*nobody stands for nothing: there is no &nobody before it in this file\.$/],
    ['a: 1\nb:\n  <<: *nobody\n', /^3: \*nobody stands for nothing/],
    ['a: &a\n  b: *a', /^2: \*a stands inside of what it stands for\.$/],
    ['a: &a [1]\nb:\n  <<: *a', /^3: "<<" takes in a map/],
    ['a: &a {}\nb:\n  <<: [*a, 5]', /^3: "<<" takes in a map/],
    ['a: 1\n---\nb: 2', /^2: A second document begins here: one file has one, so leave out the "---"\.$/],
    ['a:\n  - b:\n      __proto__: { c: 1 }', /^3: a\.b\.__proto__ is no name of an agent/],
    ['a: &a { x: 1 }\nb: { <<: *a, "__proto__": 1 }', /^2: b\.__proto__ is no name/],
    ['a: !!secret x', /^1: This is no YAML: .*secret/],
    ['['.repeat(50_000), /^1: The file is nested too deeply\.$/],
    [`a: "${'x'.repeat(1024 * 1024)}"`, /^1: The file is larger than 1 MiB\.$/],
  ])('refuses %#', (bad, expected) => {
    expect(refusal(bad)).toMatch(expected);
  });

  it('refuses aliases that multiply, at the one that is too much', () => {
    const levels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(
      (name, index, all) =>
        `${name}: &${name} [${Array(9)
          .fill(index === 0 ? 'x' : `*${all[index - 1] ?? ''}`)
          .join(', ')}]`,
    );
    expect(refusal(levels.join('\n'))).toMatch(/^6: The aliases up to \*e stand for more than 100000 values/);
  });

  it('takes an anchor that many use, and the later one of two', () => {
    const users = Array.from({ length: 400 }, (_, index) => `a${index}: { check: *check }`);
    const { value } = source(['check: &check { x: 1 }', ...users, 'late: &check { x: 2 }', 'z: *check'].join('\n'));
    expect(value).toMatchObject({ a399: { check: { x: 1 } }, z: { x: 2 } });
  });
});
