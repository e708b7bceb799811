#!/usr/bin/env node
import { runCli } from '../dist/bundle/cli.js';

// The daemon is loaded only where it is asked for.
await runCli(async (options) => (await import('../dist/bundle/main.js')).serve(options));
