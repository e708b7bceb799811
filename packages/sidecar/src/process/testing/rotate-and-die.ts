/** For tests: rotates the logs of a folder in a process of its own, and kills itself at a step. Arguments: folder, how, step. */
import { writeSync } from 'node:fs';
import type { FreeHow } from '../log-freeing.js';
import { rotating } from './rotating.js';

const [folder = '', how = '', wanted = ''] = process.argv.slice(2);
const { rotation } = rotating(folder, {
  how: how as FreeHow,
  step: (name) => {
    if (name !== wanted) return;
    writeSync(1, name);
    process.kill(process.pid, 'SIGKILL');
  },
});
rotation.start();
setInterval(() => undefined, 1_000);
