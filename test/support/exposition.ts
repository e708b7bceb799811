/** The text format of Prometheus, as far as tests look at it: which metrics there are, with which labels and values. */

export interface Exposed {
  /** Name (as in `# TYPE`) to type. */
  readonly types: ReadonlyMap<string, string>;
  /** Names of series, as queries say them: with `_bucket`, `_sum` and `_count` of histograms. */
  readonly series: ReadonlySet<string>;
  readonly text: string;
}

const PARTS: Readonly<Record<string, readonly string[]>> = { histogram: ['_bucket', '_sum', '_count'] };

export function readExposition(text: string): Exposed {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  const series = new Set([...types].flatMap(([name, type]) => (PARTS[type] ?? ['']).map((part) => `${name}${part}`)));
  return { types, series, text };
}

/** Names of metrics that a query speaks of: words that are no function, operator or label, before `{`, `[`, `)` and the like. */
export function namesIn(query: string): readonly string[] {
  const bare = query.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').replaceAll(/\{[^}]*\}/g, '{}');
  const clauses = bare.replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  const words = [...clauses.matchAll(/[a-zA-Z_:][\w:]*(?!\w|\s*\()/g)].map(([word]) => word);
  return [...new Set(words.filter((word) => word.includes('_') || word === 'up'))].filter((word) => !OWN.has(word));
}

/** Words with an underscore that are no metrics. */
const OWN = new Set(['group_left', 'group_right']);
