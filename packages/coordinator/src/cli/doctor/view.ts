/** What the doctor found, for people: a line for each check that is well, all of the others. */
import { paint } from '@outrider/shared/cli/table.js';
import type { Finding } from './check.js';

export function findingsText(findings: readonly Finding[]): string {
  const names = [...new Set(findings.map(({ check }) => check))];
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.flatMap((name) =>
    linesOf(
      name.padEnd(width),
      findings.filter(({ check }) => check === name),
    ),
  );
  return [...lines, '', summary(findings)].join('\n');
}

function linesOf(name: string, all: readonly Finding[]): string[] {
  const well = all.filter(({ ok }) => ok);
  const left = all.filter(({ skipped }) => skipped === true);
  const ill = all.filter(({ ok, skipped }) => !ok && skipped !== true);
  const indent = ' '.repeat(name.length + 4);
  return [
    ...ill.flatMap(({ detail, remedy, host }) => [
      `${paint('\u2717', 'red')} ${name}  ${prefix(host, detail)}`,
      `${indent}${paint('mend it:', 'bold')} ${remedy}`,
    ]),
    ...left.map(({ detail, host }) => `${paint('?', 'yellow')} ${name}  ${prefix(host, detail)}`),
    ...(well.length === 0 ? [] : [`${paint('\u2713', 'green')} ${name}  ${together(well)}`]),
  ];
}

/** The sentences of hosts that say the same, once. */
function together(well: readonly Finding[]): string {
  const byDetail = new Map<string, string[]>();
  for (const { detail, host } of well) {
    const hosts = byDetail.get(detail) ?? [];
    byDetail.set(detail, host === undefined ? hosts : [...hosts, host]);
  }
  return [...byDetail]
    .map(([detail, hosts]) => (hosts.length === 0 ? detail : `${hosts.join(', ')}: ${detail}`))
    .join('; ');
}

const prefix = (host: string | undefined, detail: string): string =>
  host === undefined || detail.includes(host) ? detail : `${host}: ${detail}`;

function summary(findings: readonly Finding[]): string {
  const ill = findings.filter(({ ok, skipped }) => !ok && skipped !== true).length;
  const left = findings.filter(({ skipped }) => skipped === true).length;
  const rest = left === 0 ? '' : ` ${left} could not be looked at.`;
  return ill === 0 ? `Nothing is wrong.${rest}` : `${ill} of ${findings.length} findings need you.${rest}`;
}
