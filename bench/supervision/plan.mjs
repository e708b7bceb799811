// What is measured in which order: within each repetition all supervisors take turns, in random order.
import { churn } from './measures/churn.mjs';
import { shuffled } from './measures/crash.mjs';
import { death } from './measures/death.mjs';
import { flood } from './measures/flood.mjs';
import { life } from './measures/life.mjs';
import { probed } from './measures/probed.mjs';
import { swap } from './measures/swap.mjs';
import { PROBED } from './supervisors.mjs';

/** These outcomes vary little. */
const MOST_SWAPS = 3;
const MOST_DEATHS = 2;
const MOST_FLOODS = 2;

/** `{ repetition, Adapter, test, measure }` each; `measure` takes a run. */
export function planOf(options, supervisors, say) {
  if (options.churn > 0) {
    const parameters = { agents: options.agents, minutes: options.churn, say };
    return supervisors.map((Adapter) => ({
      repetition: 1,
      Adapter,
      test: 'churn',
      measure: (run) => churn(run, parameters),
    }));
  }
  const steps = [];
  for (let repetition = 1; repetition <= options.reps; repetition += 1) {
    for (const Adapter of shuffled(supervisors)) {
      const tests = options.flood === true ? floods(options, repetition) : testsOf(options, Adapter, repetition);
      for (const [test, measure, Other = Adapter] of tests) steps.push({ repetition, Adapter: Other, test, measure });
    }
  }
  return steps;
}

function floods({ quick }, repetition) {
  const parameters = quick ? { seconds: 4, kills: 2 } : { seconds: 12, kills: 7 };
  return repetition > MOST_FLOODS ? [] : [['flood', (run) => flood(run, parameters)]];
}

function testsOf({ agents, kills, quick, tests }, { title }, repetition) {
  const patient = !quick;
  const idleS = quick ? 1 : 20;
  const loadS = quick ? 3 : 8;
  const bare = title.endsWith('-bare');
  const wanted = (test) => tests.includes(test);
  const all = [];
  if (wanted('life')) all.push(['life', (run) => life(run, { agents, kills, idleS, patient })]);
  if (wanted('probed') && title === 'outrider') {
    all.push(['probed', (run) => probed(run, { agents, idleS: 2 * idleS, patient }), PROBED]);
  }
  // Loggers make no difference to what follows.
  if (wanted('swap') && !bare && repetition <= MOST_SWAPS) {
    for (const keepAlive of quick ? [false] : [false, true]) {
      all.push([`swap-${keepAlive ? 'on' : 'off'}`, (run) => swap(run, { keepAlive, loadS })]);
    }
  }
  if (wanted('death') && !bare && repetition <= MOST_DEATHS) all.push(['death', (run) => death(run, { patient })]);
  return all;
}
