/** What a person does in a rollout that fails, and in one that does not, with the dashboard alone. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { asked, fault, pids, tree, versions, web } from '../support/rollout-kit.js';
import { CHROMIUM, Dashboard } from './dashboard.js';

const APP = 'assistants';
interface Report {
  readonly duration_seconds: { readonly median: number };
}
const COUNT = "let n = 0; setInterval(() => console.log('line', ++n), 200)";
/** Ends badly on beta, where it does not find what it needs. */
const MODEL = '[ "$MODEL" = gone ] && [ "$OUTRIDER_HOST" = beta ] && echo "cannot open the model" && exit 3; exec "$@"';

describe.skipIf(CHROMIUM === undefined)('a rollout in the dashboard', { timeout: 180_000 }, () => {
  let cluster: Cluster;
  let dashboard: Dashboard;
  const agents = (rev: number): Record<string, object> => ({
    vision: web(18_301, rev),
    memory: {
      ...web(18_302, rev),
      command: ['sh', '-c', MODEL, 'sh', ...fault('healthy.mjs', '${OUTRIDER_HOST_ADDRESS}:18302')],
      environment: { MODEL: rev === 2 ? 'gone' : 'there' },
      healthcheck: asked(18_302, { start_period: '20s' }),
    },
    talker: { command: [process.execPath, '-e', COUNT], files: ['code.txt'] },
  });
  const gates = [{ metric: 'agent_restarts', max: 0, interval: '200ms', count: 3 }];
  const push = (version: string, rev: number): Promise<void> =>
    cluster.push(version, { ...tree(APP, agents(rev)), gates });
  const begin = async (version: string, ...words: readonly string[]): Promise<void> => {
    const result = await cluster.cli('rollout', '--version', version, '--yes', '--json', '--detach', ...words);
    expect([result.code, result.stderr]).toEqual([0, '']);
  };
  const state = (host: string, is: string): Promise<void> =>
    dashboard.page.locator(`[data-stop="${host}"][data-state="${is}"]`).waitFor();

  beforeAll(async () => {
    cluster = await startCluster({ hosts: ['alpha', 'beta'], sidecar: { samples: { every: '200ms' } } });
    await push('1.0.0', 1);
    expect((await cluster.rollout('1.0.0')).code).toBe(0);
    dashboard = await Dashboard.open(cluster);
  });
  afterAll(async () => {
    expect(dashboard.errors).toEqual([]);
    await dashboard.close();
    await cluster.stop();
  });
  beforeEach(({ onTestFailed }) =>
    onTestFailed(async ({ task }) => {
      console.error(cluster.lastWords());
      await dashboard.shot(`failed-${task.name.replaceAll(/\W+/g, '-')}`);
    }),
  );

  it('one that fails: it is watched, comes back by itself, and names the culprit', async () => {
    await dashboard.page.getByText('6 of 6 agents ready').waitFor();
    expect(dashboard.page.url()).not.toContain('token');
    await push('2.0.0', 2);
    await begin('2.0.0', '--bake', '1s');
    await state('alpha', 'trial');
    await dashboard.shot('rollout-1-on-trial');
    const shown = await dashboard.rollout('rolled_back', 'r2');
    await dashboard.shot('rollout-2-rolled-back');
    expect(await shown.locator('[data-test="culprit"]').innerText()).toMatch(
      /memory on beta: [^]*cannot open the model/,
    );
    await state('alpha', 'reverted');
    await state('beta', 'reverted');
    await dashboard.page.locator('.problems .sev-error').filter({ hasText: 'memory on beta' }).first().waitFor();
    expect(await versions(cluster, APP)).toEqual({ alpha: '1.0.0', beta: '1.0.0' });
  });

  it('the figures of deliveries are those of the report, read anew when the rollout had ended', async () => {
    await eventually(async () =>
      expect(await dashboard.delivery('deployments')).toEqual(['2 (1 good, 1 rolled back)']),
    );
    expect(await dashboard.delivery('success')).toEqual(['50 %']);
    expect(await dashboard.delivery('rolled back')).toEqual(['50 %']);
    const { apps } = (await cluster.cli('report', '--json')).json<{ apps: readonly Report[] }>();
    const seconds = Number.parseFloat((await dashboard.delivery('duration'))[0] ?? '');
    expect(Math.abs(seconds - (apps[0]?.duration_seconds.median ?? 0))).toBeLessThanOrEqual(0.5);
    expect((await dashboard.delivery('time to recover'))[0]).toMatch(/^\d+(\.\d)? s$/);
    const panel = dashboard.page.getByLabel('Deliveries', { exact: true });
    await panel.getByRole('img', { name: 'Deliveries: 1 good, 1 rolled back or stuck' }).waitFor();
    await panel.scrollIntoViewIfNeeded();
    await dashboard.shot('deliveries');
    await dashboard.page.getByLabel('Deliveries of').selectOption('7d');
    await eventually(async () => expect(await dashboard.delivery('frequency')).toEqual(['1 a week']));
    await dashboard.page.getByLabel('Deliveries of').selectOption('30d');
  });

  it('the event log is filtered by words and by kind', async () => {
    const { page } = dashboard;
    await page.keyboard.press('/');
    await page.keyboard.type('memory beta');
    await page.getByLabel('Kind of events').selectOption('agent');
    await eventually(async () => {
      const rows = await page.locator('.events li').allInnerTexts();
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row).toMatch(/agent\.\w+ memory\.0 on beta/);
    });
    await dashboard.shot('events-filtered');
    await page.getByLabel('Filter events').fill('');
    await page.getByLabel('Kind of events').selectOption('all');
  });

  it('an agent is looked at by keyboard, its log is live, and it is restarted', async () => {
    const { page } = dashboard;
    const before = pids(cluster, APP)['alpha/talker.0'];
    await dashboard.tile('alpha/assistants/memory.0').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    expect(await page.locator('.tile[tabindex="0"]').count()).toBe(1);
    await eventually(async () => expect(await page.evaluate('document.activeElement.innerText')).toMatch(/^talker\.0/));
    const log = page.getByLabel('Log of talker');
    const lastLine = async (): Promise<number> => Number(/(\d+)\s*$/.exec(await log.innerText())?.[1] ?? -1);
    const seen = await eventually(async () => {
      const line = await lastLine();
      return line < 0 ? null : line;
    });
    await eventually(async () => (await lastLine()) > seen);
    const panel = page.getByRole('complementary');
    await panel.getByText(/^\d+ % of one processor$/).waitFor();
    await panel.getByRole('img', { name: 'CPU % of one processor of talker' }).waitFor();
    await dashboard.shot('agent');
    await dashboard.button('↻ Restart').click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // It meant no, and not the panel; the focus is where it was.
    expect(await page.evaluate('document.activeElement.innerText')).toBe('↻ Restart');
    await page.keyboard.press('Enter');
    expect(await dashboard.confirm('Restart')).toContain('assistants/talker on alpha');
    await page.getByText('talker on alpha was restarted.').waitFor();
    expect(pids(cluster, APP)['alpha/talker.0']).not.toBe(before);
    await page.keyboard.press('Escape');
    await log.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.dataset.agent')).toBe('alpha/assistants/talker.0');
  });

  it('one is paused, resumed and aborted', async () => {
    await push('3.0.0', 3);
    const { page } = dashboard;
    await begin('3.0.0', '--bake', '10m');
    await state('alpha', 'trial');
    await dashboard.page.locator('[data-gate="agent_restarts"] .mark.pass').first().waitFor();
    await dashboard.button('❚❚ Pause').click();
    await page.locator('.rollout .chip').filter({ hasText: 'paused' }).waitFor();
    await dashboard.shot('rollout-3-paused');
    // What was said so far is in Redis: a coordinator that has led nothing yet shows it too.
    const shown = dashboard.page.locator('[data-gate="agent_restarts"] .mark.pass');
    const before = await shown.count();
    const leader = page.getByText(/^leader /);
    const former = await leader.innerText();
    await cluster.coordinator.kill();
    await page.locator('[data-test="lost"]').waitFor();
    cluster.coordinator.start();
    await page.locator('[data-test="lost"]').waitFor({ state: 'detached' });
    await eventually(async () => ![former, 'leader none'].includes(await leader.innerText()), { timeoutMs: 60_000 });
    await eventually(async () => expect(await shown.count()).toBeGreaterThanOrEqual(before));
    await dashboard.button('▶ Resume').click();
    await dashboard.rollout('baking', 'r3');
    await page.locator('.rollout .chip').filter({ hasText: 'baking' }).waitFor();
    await dashboard.button('✖ Abort').click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await dashboard.button('✖ Abort').click();
    const aborted = await dashboard.confirm('Abort r3');
    expect(aborted).toContain('What r3 has touched goes back');
    expect(aborted).toContain('alpha: assistants 3.0.0 → 1.0.0');
    expect(aborted).toContain('beta: assistants stays at 1.0.0');
    await page.getByText('r3 is aborted: what was touched goes back.').first().waitFor();
    await dashboard.rollout('aborted', 'r3');
    expect(await versions(cluster, APP)).toEqual({ alpha: '1.0.0', beta: '1.0.0' });
  });

  it('a canary is promoted, and what is good is rolled back with a strategy', async () => {
    const { page } = dashboard;
    await begin('3.0.0', '--strategy', 'canary', '--bake', '500ms');
    await dashboard.button('» Promote').click();
    await dashboard.rollout('succeeded', 'r4');
    expect(await versions(cluster, APP)).toEqual({ alpha: '3.0.0', beta: '3.0.0' });
    await dashboard.shot('rollout-4-promoted');
    await page.getByLabel('Strategy').selectOption('progressive');
    await dashboard.button('↩ Roll back').click();
    expect(await dashboard.confirm('Roll back')).toContain('alpha: assistants 3.0.0 → 1.0.0');
    await dashboard.rollout('succeeded', 'r5');
    expect(await versions(cluster, APP)).toEqual({ alpha: '1.0.0', beta: '1.0.0' });
  });

  it('what is asked names what will be: the version that is given, and nothing where a rollback has been', async () => {
    const { page } = dashboard;
    await page.getByLabel('Version').fill('3.0.0');
    await dashboard.button('↩ Roll back').click();
    expect(await dashboard.confirm('No, leave it')).toContain('alpha: assistants 1.0.0 → 3.0.0');
    await page.getByLabel('Version').fill('');
    await dashboard.button('■ Emergency stop').click();
    const named = await dashboard.confirm('No, leave it');
    expect(named).toContain('Nothing is done to assistants');
    expect(named).toContain('alpha: assistants stays at 1.0.0');
    expect(named).not.toContain('→');
  });

  it('the emergency stop asks once and names what it will do', async () => {
    await begin('3.0.0', '--bake', '10m');
    await state('alpha', 'trial');
    await dashboard.button('■ Emergency stop').click();
    await dashboard.page.getByRole('dialog').waitFor();
    await dashboard.shot('emergency');
    const named = await dashboard.confirm('Take everything back');
    expect(named).toContain('r6 (assistants) is under way and is aborted');
    expect(named).toContain('alpha: assistants 3.0.0 → 1.0.0');
    expect(named).toContain('beta: assistants stays at 1.0.0');
    await dashboard.rollout('aborted', 'r6');
    expect(await versions(cluster, APP)).toEqual({ alpha: '1.0.0', beta: '1.0.0' });
  });

  it('of a rollback under way it says where that goes, beside a rollout of another app', async () => {
    const { page } = dashboard;
    await begin('3.0.0', '--bake', '500ms');
    await dashboard.rollout('succeeded', 'r7');
    const back = cluster.cli('rollback', '--strategy', 'progressive', '--bake', '10m', '--json');
    await state('beta', 'committed');
    await cluster.push('1.0.0', tree('tools', { idle: { command: ['sleep', '100000'], files: ['code.txt'] } }));
    await begin('1.0.0', '--app', 'tools', '--bake', '10m');
    const choice = page.getByLabel('Rollout shown');
    expect(await choice.inputValue()).toBe('r8');
    await dashboard.button('✖ Abort').click();
    const aborted = await dashboard.confirm('No, leave it');
    expect(aborted).toContain('r8 is a rollback: no further host is told');
    expect(aborted).toContain('alpha: assistants stays at 3.0.0');
    await choice.selectOption('r9');
    await dashboard.rollout('baking', 'r9');
    await dashboard.button('■ Emergency stop').click();
    await page.getByRole('dialog').waitFor();
    await dashboard.shot('emergency-of-two');
    const named = await dashboard.confirm('Take everything back');
    expect(named).toContain('r8 (assistants) goes back already, and goes on at once, on all hosts, without grace');
    expect(named).toContain('alpha: assistants 3.0.0 → 1.0.0');
    expect(named).toContain('r9 (tools) is under way and is aborted');
    await page.getByText('assistants goes back with r8. tools goes back with r9.').waitFor();
    expect((await back).code).toBe(0);
    expect(await versions(cluster, APP)).toEqual({ alpha: '1.0.0', beta: '1.0.0' });
  });

  it('without the token it only looks', async () => {
    const guest = await Dashboard.open(cluster, { withToken: false });
    await guest.page.getByText('This tab has no token').waitFor();
    expect(await guest.button('■ Emergency stop').isDisabled()).toBe(true);
    // One that is not taken is found out with the first log, and is then no token.
    await guest.page.evaluate("sessionStorage.setItem('outrider-token', 'stale')");
    await guest.page.reload();
    expect(await guest.button('■ Emergency stop').isEnabled()).toBe(true);
    await guest.tile('alpha/assistants/talker.0').click();
    await guest.page.getByText('Logs need the token.').waitFor();
    expect(await guest.button('■ Emergency stop').isDisabled()).toBe(true);
    await guest.close();
  });
});
