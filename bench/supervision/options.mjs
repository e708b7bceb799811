// The command line: read, checked, explained.
import { parseArgs } from 'node:util';
import { SUPERVISORS } from './supervisors.mjs';

export const TESTS = ['life', 'probed', 'swap', 'death'];
const TITLES = SUPERVISORS.map(({ title }) => title);

export const HELP = `Measures process supervisors side by side: Outrider, PM2, supervisord, s6, runit.

usage: npm run bench:supervision -- [options]

  --only A,B        these alone (${TITLES.join(', ')})
  --tests A,B       these alone (${TESTS.join(', ')})
  --reps N          repetitions; all supervisors take turns within each (5)
  --agents N        agents that each supervises (131)
  --kills N         kills of single agents in each repetition (10, so 50 in all)
  --quick           small: 16 agents, one repetition, short waits; shows that all works, its figures mean little
  --churn MINUTES   instead: kill agents at random for so long; prints how memory and descriptors grow. Outrider
                    alone, unless --only names others
  --flood           instead: one agent writes 200 MB/s; what does memory do, do other agents wait?
  --json FILE       write every record, also of a run that is interrupted
  --from FILE       measure nothing: print the table of such a file
  --setup           install the peers: pm2 from npm into a cache folder, supervisor, s6 and runit by apt-get (root)
  --list            say what can be measured here
  --help

Supervisors that are not installed are left out, and said. Run it on a quiet machine; Ctrl-C ends everything it
has started. A whole run takes about half an hour.

Examples:
  npm run bench:supervision -- --setup
  npm run bench:supervision -- --json results.json
  npm run bench:supervision -- --only outrider,pm2 --tests life --reps 3
  npm run bench:supervision -- --churn 30
  npm run bench:supervision -- --flood --only outrider,pm2,s6
`;

const FLAGS = {
  only: { type: 'string' },
  tests: { type: 'string' },
  reps: { type: 'string' },
  agents: { type: 'string' },
  kills: { type: 'string' },
  quick: { type: 'boolean' },
  churn: { type: 'string' },
  flood: { type: 'boolean' },
  json: { type: 'string' },
  from: { type: 'string' },
  setup: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean' },
};

/** Throws an Error whose message is the sentence for whoever typed this. */
export function readOptions(words) {
  const { values } = parseArgs({ args: words, options: FLAGS, strict: true });
  const quick = values.quick === true;
  const churn = number('churn', values.churn, 0, 0.1, 24 * 60);
  const agents = number('agents', values.agents, quick ? 16 : 131, 1, 1_000);
  return {
    ...values,
    quick,
    churn,
    agents,
    only: names('only', values.only ?? stock(quick, churn), TITLES),
    tests: names('tests', values.tests ?? TESTS.join(','), TESTS),
    reps: number('reps', values.reps, quick ? 1 : 5, 1, 100),
    kills: Math.min(agents, number('kills', values.kills, quick ? 3 : 10, 1, 1_000)),
  };
}

/** What is measured where nothing is said. */
function stock(quick, churn) {
  if (churn > 0) return 'outrider';
  return TITLES.filter((title) => !quick || !title.endsWith('-bare')).join(',');
}

function names(flag, text, known) {
  const list = text.split(',').filter((name) => name !== '');
  const wrong = list.find((name) => !known.includes(name));
  if (wrong === undefined && list.length > 0) return list;
  throw new Error(`--${flag}: "${wrong ?? text}" is none of ${known.join(', ')}.`);
}

function number(flag, text, otherwise, least, most) {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text !== '' && value >= least && value <= most) return value;
  throw new Error(`--${flag}: "${text}" must be a number from ${least} to ${most}.`);
}
