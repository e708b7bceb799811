// Writes dashboards/*.json from source/, where a panel is a line or some: node deploy/grafana/dashboards.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { AGENTS } from './source/agent.mjs';
import { DELIVERIES } from './source/delivery.mjs';
import { FLEET } from './source/fleet.mjs';
import { ROLLOUT } from './source/rollout.mjs';

const check = process.argv.includes('--check');
for (const [name, made] of Object.entries({ fleet: FLEET, agent: AGENTS, rollout: ROLLOUT, delivery: DELIVERIES })) {
  const file = new URL(`dashboards/${name}.json`, import.meta.url);
  const text = await format(JSON.stringify(made), { parser: 'json', printWidth: 120 });
  if (!check) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`deploy/grafana/dashboards/${name}.json is not what dashboards.mjs makes: run it, without --check.`);
    process.exitCode = 1;
  }
}
