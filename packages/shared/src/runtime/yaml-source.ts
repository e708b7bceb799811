/** Reads YAML so that each value knows its line. Refuses what is too large, ambiguous or made to exhaust memory. */
import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLError,
} from 'yaml';
import { messageOf } from './errors.js';
import type { Problem } from './problem.js';
import { problemOfNodes } from './yaml-nodes.js';

const MOST_BYTES = 1024 * 1024;
const MOST_PROBLEMS = 20;

export type ValuePath = readonly PropertyKey[];

export interface YamlSource {
  readonly file: string;
  /** Plain values: maps, lists, strings, numbers, booleans, null. */
  readonly value: unknown;
  /** Line of a key, or of an item of a list; of the nearest parent where there is no such key. From 1. */
  readonly lineOf: (path: ValuePath) => number;
  /** A scalar as it is written: `1.10` stays `1.10`. */
  readonly textOf: (path: ValuePath) => string | undefined;
}

export function parseYaml(
  text: string,
  file: string,
): { readonly ok: true; readonly source: YamlSource } | { readonly ok: false; readonly problems: readonly Problem[] } {
  const refuse = (sentence: string, line = 1) => ({
    ok: false as const,
    problems: [{ file, line, path: '', sentence }],
  });
  if (Buffer.byteLength(text) > MOST_BYTES) return refuse('The file is larger than 1 MiB.');
  const lines = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, strict: true });
    const wrong = [...document.errors, ...document.warnings];
    if (wrong.some((error) => error.message.includes('call stack'))) return refuse('The file is nested too deeply.');
    if (wrong.length > 0) {
      // What follows the first error of a line is mostly its echo.
      const byLine = new Map<number, Problem>();
      for (const error of wrong) {
        const line = lineAt(error.pos[0]);
        const sentence = sentenceOf(error, text);
        if (!byLine.has(line)) byLine.set(line, { file, line, path: '', sentence });
      }
      return { ok: false, problems: [...byLine.values()].slice(0, MOST_PROBLEMS) };
    }
    const problem = problemOfNodes(document);
    if (problem !== undefined) return refuse(problem.sentence, lineAt(problem.offset));
    const value: unknown = document.toJS({ maxAliasCount: -1 });
    const find = (path: ValuePath) =>
      walk(document.contents, path, (node) => (isAlias(node) ? node.resolve(document) : node));
    const source: YamlSource = {
      file,
      value,
      lineOf: (path) => lineAt(find(path).offset),
      textOf: (path) => {
        const { node } = find(path);
        return isScalar(node) ? node.source : undefined;
      },
    };
    return { ok: true, source };
  } catch (error) {
    if (error instanceof RangeError) return refuse('The file is nested too deeply.');
    return refuse(messageOf(error).replace(/\.?$/, '.'));
  }
}

function sentenceOf(error: YAMLError, text: string): string {
  const key = /^[^\s:,{}[\]]+/.exec(text.slice(error.pos[0]))?.[0];
  if (error.code === 'MULTIPLE_DOCS') return 'A second document begins here: one file has one, so leave out the "---".';
  if (error.code === 'DUPLICATE_KEY' && key !== undefined) return `The key "${key}" is there twice.`;
  return `This is no YAML: ${error.message.replace(/\.?$/, '.')}`;
}

type Maybe = Node | null | undefined;

/** Follows keys as far as they go; `node` is set only where they go to the end. */
function walk(root: Maybe, path: ValuePath, resolve: (node: Maybe) => Maybe): { offset: number; node?: Node } {
  let node = resolve(root);
  let offset = node?.range?.[0] ?? 0;
  for (const key of path) {
    if (isMap(node)) {
      const pair = pairOf(node.items, String(key), resolve);
      if (pair === undefined) return { offset };
      offset = (pair.key as Node | null)?.range?.[0] ?? offset;
      node = resolve(pair.value as Maybe);
    } else if (isSeq(node)) {
      const item = node.items[Number(key)] as Maybe;
      offset = item?.range?.[0] ?? offset;
      node = resolve(item);
    } else return { offset };
  }
  return node === null || node === undefined ? { offset } : { offset, node };
}

/** The pair of a key, also where it came in through a merge (`<<: *base`). */
function pairOf(items: readonly Pair[], key: string, resolve: (node: Maybe) => Maybe): Pair | undefined {
  const own = items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
  if (own !== undefined) return own;
  for (const pair of items) {
    if (!isScalar(pair.key) || pair.key.source !== '<<') continue;
    const merged = resolve(pair.value as Maybe);
    const sources = isSeq(merged) ? merged.items.map((item) => resolve(item as Maybe)) : [merged];
    for (const source of sources) {
      const found = isMap(source) ? pairOf(source.items.filter(isPair), key, resolve) : undefined;
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
