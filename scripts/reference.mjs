// Writes the reference: docs/cli.md, docs/reference/ and docs/schema/, from the commands, schemas, metrics, events and
// proto files themselves. With --check: fails where one of them is stale. Reads what `tsc -b` made.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandPage } from './reference/command-page.mjs';
import { eventPage } from './reference/event-page.mjs';
import { grpcPage } from './reference/grpc-page.mjs';
import { indexPage } from './reference/index-page.mjs';
import { metricPage } from './reference/metric-page.mjs';
import { agentsPage, jsonSchemas, settingsPage } from './reference/settings-pages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const files = {
  'docs/cli.md': commandPage(),
  'docs/reference/README.md': indexPage(),
  'docs/reference/agents-yaml.md': agentsPage(),
  'docs/reference/settings.md': settingsPage(),
  'docs/reference/metrics.md': metricPage(),
  'docs/reference/events.md': eventPage(),
  'docs/reference/grpc.md': grpcPage(),
  ...jsonSchemas(),
};

if (process.argv.includes('--check')) {
  const stale = Object.entries(files).filter(([path, text]) => readOr('', path) !== text);
  for (const [path] of stale)
    console.error(`${path} does not match its source. Run: npm run build && npm run reference`);
  if (stale.length > 0) process.exitCode = 1;
} else {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(`${root}${path}`), { recursive: true });
    writeFileSync(`${root}${path}`, text);
  }
}

function readOr(missing, path) {
  try {
    return readFileSync(`${root}${path}`, 'utf8');
  } catch {
    return missing;
  }
}
