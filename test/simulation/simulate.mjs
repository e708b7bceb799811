// `npm run simulate`; --help tells what it does. Exit codes: 0, 1 (a rule is broken, a planted bug survives), 2 (usage).
import { load } from './bundle.mjs';

let isOver = false;
process.on('exit', () => {
  if (isOver) return;
  console.error('simulate: a schedule waits for something that never comes; the last one that was told is to blame.');
  process.exitCode = 1;
});
const { simulate } = await load('command');
try {
  process.exitCode = await simulate(process.argv.slice(2), load);
} catch (error) {
  console.error(`simulate: ${error.message} --help says more.`);
  process.exitCode = 2;
}
isOver = true;
