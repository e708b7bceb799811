/** deploy/loki: well formed as far as can be told without Alloy and Promtail, and right about the names of our logs. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { labelsOfLog, logExpression } from '../support/loki.js';
import { deployed } from '../support/monitoring.js';

const ALLOY = readFileSync(deployed('loki/config.alloy'), 'utf8');
const PROMTAIL = readFileSync(deployed('loki/promtail.yml'), 'utf8');

it.each([
  ['/var/log/outrider/agents/vision.0.log', { agent: 'vision', instance: '0', slot: undefined }],
  ['/var/log/outrider/agents/speech-to.text.12.log', { agent: 'speech-to.text', instance: '12', slot: undefined }],
  ['/var/log/outrider/agents/vision.0.candidate.log', { agent: 'vision', instance: '0', slot: 'candidate' }],
  ['/var/log/outrider/agents/assistants.vision.0.log', { agent: 'assistants.vision', instance: '0', slot: undefined }],
])('%s', (path, labels) => expect(labelsOfLog(path)).toEqual(labels));

it('both have the same expression, files and labels', () => {
  expect(logExpression(PROMTAIL)).toBe(logExpression(ALLOY));
  for (const text of [ALLOY, PROMTAIL]) {
    expect(text).toContain('/var/log/outrider/agents/*.log');
    expect(text).toContain('/var/log/outrider/agents/*.previous.log');
    for (const word of ['host', 'agent', 'instance', 'outrider-agents', 'outrider-sidecar.service'])
      expect(text).toContain(word);
  }
});

interface Promtail {
  readonly clients: readonly { readonly url: string }[];
  readonly scrape_configs: readonly (Readonly<Record<string, unknown>> & {
    readonly pipeline_stages: readonly Readonly<Record<string, unknown>>[];
  })[];
}

it('promtail.yml has the keys that Promtail knows', () => {
  const config = parse(PROMTAIL) as Promtail;
  expect(Object.keys(config).sort()).toEqual(['clients', 'positions', 'scrape_configs', 'server']);
  for (const { pipeline_stages: stages, ...scrape } of config.scrape_configs) {
    expect(['job_name', 'static_configs', 'journal', 'relabel_configs']).toEqual(
      expect.arrayContaining(Object.keys(scrape)),
    );
    for (const stage of stages) {
      expect(Object.keys(stage)).toHaveLength(1);
      expect(['regex', 'labels', 'labeldrop', 'json', 'timestamp']).toEqual(expect.arrayContaining(Object.keys(stage)));
    }
  }
});

it('config.alloy is balanced, and whatever it refers to is there', () => {
  const bare = ALLOY.replaceAll(/\/\/ .*$/gm, '').replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const open: string[] = [];
  const pairs: Readonly<Record<string, string>> = { '}': '{', ']': '[', ')': '(' };
  for (const sign of bare.match(/[{}[\]()]/g) ?? [])
    if (pairs[sign] === undefined) open.push(sign);
    else expect(open.pop()).toBe(pairs[sign]);
  expect(open).toEqual([]);
  const declared = [...ALLOY.matchAll(/^([a-z._]+) "(\w+)" \{$/gm)].map(([, kind, label]) => `${kind}.${label}`);
  expect(declared.length).toBeGreaterThan(5);
  expect(new Set(declared).size).toBe(declared.length);
  const meant = [...bare.matchAll(/\b((?:loki|local)\.[a-z_.]+)\.(receiver|targets|rules)\b/g)].map(([, one]) => one);
  expect(meant.length).toBeGreaterThan(4);
  for (const one of meant) expect(declared).toContain(one);
});
