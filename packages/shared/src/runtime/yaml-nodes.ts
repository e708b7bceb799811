/** What may be wrong between the nodes of a YAML document that is well formed: keys, aliases, merges. */
import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair } from 'yaml';

/** As a key it is taken for something else by JavaScript, and would be lost on its way. */
export const NO_KEY = '__proto__';
const MOST_NODES = 100_000;

export interface NodeProblem {
  /** Where in the text. */
  readonly offset: number;
  readonly sentence: string;
}

type Maybe = Node | Pair | null | undefined;

/** The first thing that is wrong. Aliases count as often as they are used, so none can exhaust the memory. */
export function problemOfNodes(document: Document): NodeProblem | undefined {
  return new Look().at(document.contents, []);
}

class Look {
  readonly #anchors = new Map<string, Node>();
  /** With all that their aliases stand for. */
  readonly #sizes = new Map<Node, number>();
  readonly #open = new Set<Node>();
  #nodes = 0;

  at(node: Maybe, keys: readonly string[]): NodeProblem | undefined {
    if (node === null || node === undefined) return undefined;
    if (isPair(node)) return this.#pair(node, keys);
    if (isAlias(node)) return this.#alias(node.source, offsetOf(node));
    const before = this.#nodes;
    this.#nodes += 1;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (!isMap(node) && !isSeq(node)) return undefined;
    this.#open.add(node);
    for (const item of node.items as Maybe[]) {
      const problem = this.at(item, keys);
      if (problem !== undefined) return problem;
    }
    this.#open.delete(node);
    this.#sizes.set(node, this.#nodes - before);
    return undefined;
  }

  #pair({ key, value }: Pair, keys: readonly string[]): NodeProblem | undefined {
    const name = isScalar(key) ? String(key.value) : '';
    const path = [...keys, name];
    if (name === NO_KEY) {
      const sentence = `${path.join('.')} is no name of an agent, nor of anything else: call it otherwise.`;
      return { offset: offsetOf(key as Node), sentence };
    }
    const problem = this.at(key as Maybe, keys) ?? this.at(value as Maybe, path);
    if (problem !== undefined || !isScalar(key) || key.source !== '<<' || key.type !== 'PLAIN') return problem;
    const merged = this.#target(value as Maybe);
    const sources = isSeq(merged) ? (merged.items as Maybe[]).map((item) => this.#target(item)) : [merged];
    return sources.every(isMap)
      ? undefined
      : { offset: offsetOf(key), sentence: '"<<" takes in a map, such as *base, or a list of them.' };
  }

  #target(node: Maybe): Maybe {
    return isAlias(node) ? this.#anchors.get(node.source) : node;
  }

  #alias(name: string, offset: number): NodeProblem | undefined {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      return { offset, sentence: `*${name} stands for nothing: there is no &${name} before it in this file.` };
    }
    if (this.#open.has(target)) return { offset, sentence: `*${name} stands inside of what it stands for.` };
    this.#nodes += this.#sizes.get(target) ?? 1;
    return this.#nodes <= MOST_NODES
      ? undefined
      : {
          offset,
          sentence: `The aliases up to *${name} stand for more than ${MOST_NODES} values: write fewer of them.`,
        };
  }
}

const offsetOf = (node: Node): number => node.range?.[0] ?? 0;
