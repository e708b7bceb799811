#!/usr/bin/env node
import { runCli } from '../dist/cli/main.js';

// The daemon is loaded only where it is asked for.
await runCli(async (options) => (await import('../dist/main.js')).serve(options));
