#!/usr/bin/env node
// Of the rest only what a verb needs is loaded; the daemon only where it is asked for.
const whole = async () =>
  (await import('../dist/bundle/cli.js')).runCli(async (options) =>
    (await import('../dist/bundle/main.js')).serve(options),
  );
if (process.argv[2] === 'status') void require('../dist/bundle/quick.cjs').quickStatus(process.argv.slice(2), whole);
else void whole();
