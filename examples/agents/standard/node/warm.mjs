// Is ready when it says so: its model has to be loaded first. Node has no sockets of that kind, systemd-notify has.
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';

/** Outside of systemd and Outrider, or where the program is missing, nobody is told. */
const notify = (...lines) => execFile('systemd-notify', lines, () => {});

notify('STATUS=loading the model');
await pause(1_500);
notify('READY=1', 'STATUS=12 layers loaded');
setInterval(() => console.log('thinking'), 1_000);
