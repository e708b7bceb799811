/** Writes an agents.yaml with comments at what could not be carried over. Decides nothing. */
import { Document, isMap, isPair, type Pair, Scalar, visit, type YAMLMap } from 'yaml';
import type { Imported, ImportedAgent, Note } from './imported.js';
import { printable } from './references.js';

export interface Rendered extends Imported {
  /** Name of the file it came from. */
  readonly from: string;
  readonly leftOut: readonly ImportedAgent[];
  /** What Outrider refuses in the result, said at the top. */
  readonly problems: readonly string[];
}

const WIDTH = 110;
const OPTIONS = { lineWidth: 120, singleQuote: true, flowCollectionPadding: false } as const;
/** People write the same thing twice. */
const NO_ANCHORS = { aliasDuplicateObjects: false } as const;

export function render({ app, agents, leftOut, notes, from, problems }: Rendered): string {
  const document = new Document(
    {
      ...(app === undefined ? {} : { app }),
      agents: Object.fromEntries(agents.map(({ name, settings }) => [name, settings])),
    },
    NO_ANCHORS,
  );
  const head = [
    `Made by \`sidecar import\` from ${printable(from)}. A line that begins with # says what needs a look.`,
    ...problems.map((problem) => `Not accepted yet: ${printable(problem)}`),
    ...notes.map(sentenceOf),
  ];
  document.commentBefore = comment(head);
  const root = document.contents as unknown as YAMLMap;
  const map = root.get('agents') as YAMLMap;
  for (const [index, agent] of agents.entries()) {
    const pair = map.items[index];
    if (pair === undefined) continue;
    dress(pair, agent);
    if (index > 0) (pair.key as Scalar).spaceBefore = true;
  }
  flowLists(document);
  if (leftOut.length > 0)
    document.comment = [' Left out, for want of a command:', ...leftOut.map(leftOutText)].join('\n');
  return document.toString(OPTIONS);
}

/** Comments stand at the top of their agent. */
function dress(pair: Pair, agent: ImportedAgent): void {
  const first = isMap(pair.value) ? pair.value.items[0] : undefined;
  if (agent.notes.length > 0 && isPair(first))
    (first.key as Scalar).commentBefore = comment(agent.notes.map(sentenceOf));
}

/** Lists of words on one line. */
function flowLists(document: Document): void {
  visit(document, {
    Seq: (_key, node) => {
      node.flow = node.items.every((item) => item instanceof Scalar);
    },
  });
}

function leftOutText(agent: ImportedAgent): string {
  const document = new Document({ [agent.name]: { command: [], ...agent.settings } }, NO_ANCHORS);
  const root = document.contents as unknown as YAMLMap;
  const [pair] = root.items;
  if (pair !== undefined) dress(pair, agent);
  flowLists(document);
  const lines = document.toString(OPTIONS).trimEnd().split('\n');
  return lines.map((line) => `   ${line}`.trimEnd()).join('\n');
}

const sentenceOf = ({ about, text }: Note): string => printable(`${about}: ${text}`);

/** Sentences as lines of a comment; what goes on in the next line is indented. */
function comment(sentences: readonly string[]): string {
  return sentences
    .flatMap((sentence) => wrapped(sentence).map((line, index) => (index === 0 ? ` ${line}` : `   ${line}`)))
    .join('\n');
}

function wrapped(sentence: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(/ +/)) {
    if (line !== '' && line.length + word.length >= WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
