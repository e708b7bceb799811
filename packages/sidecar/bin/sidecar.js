#!/usr/bin/env node
require('../dist/quick-status.cjs')(process.argv.slice(2), () => import('../dist/bundle/cli.js'));
