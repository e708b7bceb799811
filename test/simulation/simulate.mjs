// `npm run simulate`; --help tells what it does. Exit codes: 0, 1 (a rule is broken, a planted bug survives), 2 (usage).
import { load } from './bundle.mjs';

const { simulate } = await load('command');
try {
  process.exitCode = await simulate(process.argv.slice(2), load);
} catch (error) {
  console.error(`simulate: ${error.message} --help says more.`);
  process.exitCode = 2;
}
