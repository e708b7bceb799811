/** deploy/grafana: dashboards are what their source makes, have names and places of their own, and are found. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboardQueries, dashboards } from '../support/dashboards.js';
import { namesIn } from '../support/exposition.js';
import { deployed } from '../support/monitoring.js';

const ALL = dashboards();

it('are what dashboards.mjs makes', () => {
  const { status, stderr } = spawnSync(process.execPath, [deployed('grafana/dashboards.mjs'), '--check'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});

it('there are four, each with a name of its own', () => {
  expect(ALL.map(({ uid }) => uid).sort()).toEqual([
    'outrider-agent',
    'outrider-delivery',
    'outrider-fleet',
    'outrider-rollout',
  ]);
});

it.each(ALL.map((board) => [board.file, board] as const))('%s: no panel lies on another', (_, { panels }) => {
  const taken = new Set<string>();
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  for (const { title, gridPos } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(taken.has(`${x}/${y}`), title).toBe(false);
        taken.add(`${x}/${y}`);
      }
  }
});

it.each(ALL.map((board) => [board.file, board] as const))('%s: what it asks by is what can be chosen', (_, board) => {
  const chosen = new Set(board.templating.list.map(({ name }) => name));
  const words = [...JSON.stringify(board).matchAll(/\$\{?(\w+)/g)].map(([, word = '']) => word);
  expect(words.length).toBeGreaterThan(10);
  for (const word of words.filter((one) => !one.startsWith('__'))) expect(chosen).toContain(word);
  expect(dashboardQueries().filter(({ query }) => query.includes('$'))).toEqual([]);
});

it('names of metrics are found in queries, and nothing else', () => {
  const query =
    'sum by (le_x, agent) (rate(a_total{b_c="d_e(f_g)"}[5m])) / on (host_x) group_left (y_z) label_replace(h_i, "j_k", "$1", "l_m", "") > bool up';
  expect(namesIn(query)).toEqual(['a_total', 'h_i', 'up']);
});

it('Grafana is told where they are', () => {
  const read = (path: string): object =>
    parse(readFileSync(deployed(`grafana/provisioning/${path}`), 'utf8')) as object;
  expect(read('dashboards/outrider.yml')).toMatchObject({
    apiVersion: 1,
    providers: [{ type: 'file', options: { path: '/etc/grafana/dashboards/outrider' } }],
  });
  expect(read('datasources/outrider.yml')).toMatchObject({
    apiVersion: 1,
    datasources: [{ type: 'prometheus', isDefault: true }, { type: 'alertmanager' }, { type: 'loki' }],
  });
});
