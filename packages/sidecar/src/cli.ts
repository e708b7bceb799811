/**
 * Where `sidecar` begins. `status` in plain words is asked by people and monitors again and again, so it is answered
 * with as little as that takes; everything else, and every word that is not plain, is read by cli/program.ts.
 */
import { runVerb } from '@outrider/shared/cli/failure.js';
import { plainStatus, showStatus } from './cli/show-status.js';

const plain = plainStatus(process.argv.slice(2));
if (plain !== undefined) await runVerb(() => showStatus(plain));
else {
  const { runSidecar } = await import('./cli/program.js');
  await runSidecar(async (options) => {
    const { keepHeapSmall } = await import('./compose/small-heap.js');
    keepHeapSmall();
    return (await import('./main.js')).run(options);
  });
}
