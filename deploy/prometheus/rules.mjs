// Makes a copy of rules/outrider.yml as a site wants it: other waiting times and severities, alerts left out, full
// addresses of the runbooks. The rules themselves stay as they are, and so do their tests.
//
//   node deploy/prometheus/rules.mjs [OVERRIDES.yml] > /etc/prometheus/rules/outrider.yml
//
// OVERRIDES.yml, all of it optional (overrides.example.yml):
//   runbooks: https://git.example.org/outrider/blob/main/      goes before docs/operations.md#...
//   alerts:
//     "*": { for: 30s }                    of all; what is said of one alert goes before it
//     OutriderAgentDown: { for: 5m, severity: warning, labels: { team: agents } }
//     OutriderCpuBusy: off
import { readFileSync } from 'node:fs';
import { parse, parseDocument } from 'yaml';

const RULES = new URL('rules/outrider.yml', import.meta.url);
const DURATION = /^(\d+(ms|[smhdwy]))+$|^0$/;
const KEYS = ['for', 'severity', 'labels'];

function refuse(sentence) {
  console.error(`Error: ${sentence}`);
  process.exit(2);
}

/** The document of a file; one sentence and 2 where it is none. */
function readYaml(file) {
  try {
    return parse(readFileSync(file, 'utf8')) ?? {};
  } catch (error) {
    return refuse(`Cannot read ${file}: ${error.message.split('\n')[0]}`);
  }
}

function check(file, overrides, names) {
  const isPlain = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isPlain(overrides)) refuse(`${file} has to be a map with the keys "runbooks" and "alerts".`);
  for (const key of Object.keys(overrides))
    if (key !== 'runbooks' && key !== 'alerts') refuse(`${file}: "${key}" is unknown; there are runbooks and alerts.`);
  const { alerts = {}, runbooks = '' } = overrides;
  if (typeof runbooks !== 'string') refuse(`${file}: runbooks has to be a text that goes before docs/operations.md.`);
  if (!isPlain(alerts)) refuse(`${file}: alerts has to be a map of names of alerts.`);
  for (const [name, said] of Object.entries(alerts)) {
    if (name !== '*' && !names.includes(name))
      refuse(`${file}: alerts.${name} is no alert of ours; there are ${names.join(', ')}.`);
    if (said === 'off' || said === false) continue;
    if (!isPlain(said)) refuse(`${file}: alerts.${name} has to be "off" or a map with ${KEYS.join(', ')}.`);
    for (const key of Object.keys(said))
      if (!KEYS.includes(key)) refuse(`${file}: alerts.${name}.${key} is unknown; there are ${KEYS.join(', ')}.`);
    if (said.for !== undefined && !DURATION.test(String(said.for)))
      refuse(`${file}: alerts.${name}.for is "${said.for}", which is no time. Write it as 30s, 5m or 2h.`);
    for (const [label, value] of Object.entries({ ...said.labels, severity: said.severity ?? '' }))
      if (typeof value !== 'string') refuse(`${file}: alerts.${name}: the label ${label} has to be a text.`);
  }
  return { alerts, runbooks };
}

const document = parseDocument(readFileSync(RULES, 'utf8'));
const groups = document.get('groups').items;
const names = groups.flatMap((group) => group.get('rules').items.map((rule) => rule.get('alert')));
const [, , file, ...more] = process.argv;
if (more.length > 0 || file?.startsWith('-')) refuse('Say: node deploy/prometheus/rules.mjs [OVERRIDES.yml]');
const { alerts, runbooks } = file === undefined ? { alerts: {}, runbooks: '' } : check(file, readYaml(file), names);

for (const group of groups) {
  const rules = group.get('rules');
  rules.items = rules.items.filter((rule) => {
    const said = alerts[rule.get('alert')] ?? alerts['*'] ?? {};
    if (said === 'off' || said === false) return false;
    const all = { ...(typeof alerts['*'] === 'object' ? alerts['*'] : {}), ...said };
    if (all.for !== undefined) rule.set('for', String(all.for));
    for (const [label, value] of Object.entries(all.labels ?? {})) rule.setIn(['labels', label], value);
    if (all.severity !== undefined) rule.setIn(['labels', 'severity'], all.severity);
    rule.setIn(['annotations', 'runbook_url'], `${runbooks}${rule.getIn(['annotations', 'runbook_url'])}`);
    return true;
  });
}
document.set('groups', document.createNode(groups.filter((group) => group.get('rules').items.length > 0)));
process.stdout.write(document.toString({ lineWidth: 0 }));
