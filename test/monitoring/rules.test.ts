/** deploy/prometheus and deploy/alertmanager as their own programs judge them, and what every alert must have. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, hasPrometheus, rulesWith, tool } from '../support/monitoring.js';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}
interface TestFile {
  readonly tests: readonly {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: readonly object[] }[];
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'outrider-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rulesIn = (text: string): readonly Rule[] => (parse(text) as RuleFile).groups.flatMap(({ rules }) => rules);
const RULES = rulesIn(readFileSync(deployed('prometheus/rules/outrider.yml'), 'utf8'));
const TESTS = readdirSync(deployed('prometheus/tests')).map((name) => deployed(`prometheus/tests/${name}`));

describe.runIf(hasPrometheus)('as promtool and amtool judge them', () => {
  it('the rules do what their tests say', () => {
    expect(TESTS.length).toBeGreaterThan(3);
    const { code, said } = tool('promtool', ['test', 'rules', ...TESTS]);
    expect(said).not.toContain('FAILED');
    expect(code).toBe(0);
  });

  it('a wrong test is found: the judge is awake', () => {
    const wrong = join(folder, 'wrong.yml');
    const test = {
      rule_files: [deployed('prometheus/rules/outrider.yml')],
      tests: [
        {
          interval: '1m',
          input_series: [{ series: 'outrider_agent_overdue{agent="a"}', values: '1x10' }],
          alert_rule_test: [{ eval_time: '8m', alertname: 'OutriderAgentDown' }],
        },
      ],
    };
    writeFileSync(wrong, JSON.stringify(test));
    expect(tool('promtool', ['test', 'rules', wrong]).code).toBe(1);
  });

  it('the configurations are well formed', () => {
    for (const name of readdirSync(deployed('prometheus')).filter((one) => /^prometheus.*\.yml$/.test(one)))
      expect(tool('promtool', ['check', 'config', '--syntax-only', deployed(`prometheus/${name}`)])).toMatchObject({
        code: 0,
      });
    expect(tool('promtool', ['check', 'rules', deployed('prometheus/rules/outrider.yml')]).code).toBe(0);
    expect(tool('amtool', ['check-config', deployed('alertmanager/alertmanager.yml')]).code).toBe(0);
  });

  it('so are the rules with the overrides of the example', () => {
    const made = tool(process.execPath, [
      deployed('prometheus/rules.mjs'),
      deployed('prometheus/overrides.example.yml'),
    ]);
    expect(made.code).toBe(0);
    const file = join(folder, 'example.yml');
    writeFileSync(file, made.said);
    expect(tool('promtool', ['check', 'rules', file])).toMatchObject({ code: 0 });
  });
});

describe('every alert', () => {
  const operations = readFileSync(fileURLToPath(new URL('../../docs/operations.md', import.meta.url)), 'utf8');
  const anchors = new Set(
    [...operations.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
  const tested = TESTS.flatMap((file) => (parse(readFileSync(file, 'utf8')) as TestFile).tests).flatMap(
    (test) => test.alert_rule_test,
  );

  it.each(RULES.map((rule) => [rule.alert, rule] as const))('%s', (name, { labels, annotations }) => {
    expect(labels['severity']).toMatch(/^(critical|warning)$/);
    expect(annotations['summary']).toBeTruthy();
    expect(annotations['description']).toMatch(/[.?]$/);
    const [page, anchor = ''] = annotations['runbook_url']!.split('#');
    expect(page).toBe('docs/operations.md');
    expect(anchors).toContain(anchor);
    const mine = tested.filter(({ alertname }) => alertname === name);
    expect(mine.some((test) => (test.exp_alerts?.length ?? 0) > 0)).toBe(true);
    expect(mine.some((test) => (test.exp_alerts?.length ?? 0) === 0)).toBe(true);
  });

  it('has a name of its own', () => expect(new Set(RULES.map(({ alert }) => alert)).size).toBe(RULES.length));
});

describe('overrides', () => {
  it('change times, labels and addresses, leave alerts out, and touch no query', () => {
    const made = rulesWith(folder, {
      runbooks: 'https://git.example.org/',
      alerts: {
        '*': { for: '7s', labels: { team: 'agents' } },
        OutriderAgentDown: { for: '3m', severity: 'warning' },
        OutriderCpuBusy: 'off',
      },
    });
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const rules = rulesIn(made.stdout);
    const kept = RULES.filter(({ alert }) => alert !== 'OutriderCpuBusy');
    expect(rules.map(({ alert, expr }) => [alert, expr])).toEqual(kept.map(({ alert, expr }) => [alert, expr]));
    for (const rule of rules) {
      const own = rule.alert === 'OutriderAgentDown';
      expect([rule.for, rule.labels['team']]).toEqual([own ? '3m' : '7s', 'agents']);
      expect(rule.annotations['runbook_url']).toBe(
        `https://git.example.org/docs/operations.md#${rule.alert.toLowerCase()}`,
      );
    }
    expect(rules.find(({ alert }) => alert === 'OutriderAgentDown')?.labels['severity']).toBe('warning');
  });

  it.each([
    [{ alerts: { OutriderAgentDwon: 'off' } }, 'alerts.OutriderAgentDwon is no alert of ours'],
    [{ alerts: { OutriderAgentDown: { for: 'long' } } }, 'alerts.OutriderAgentDown.for is "long", which is no time'],
    [{ alerts: { OutriderAgentDown: { expr: 'up' } } }, 'alerts.OutriderAgentDown.expr is unknown'],
    [{ alerts: { OutriderAgentDown: { labels: { team: 3 } } } }, 'the label team has to be a text'],
    [{ alert: {} }, '"alert" is unknown'],
    [[], 'has to be a map'],
  ])('refuses %j', (overrides, sentence) => {
    const { code, stdout, stderr } = rulesWith(folder, overrides);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
