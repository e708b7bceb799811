/** The dashboard of a large fleet: all of it on one screen, without its network, and with more events than anybody reads. */
import { setTimeout as pause } from 'node:timers/promises';
import { EVENT_FIELD, fleetKeys } from '@outrider/shared/runtime/fleet-keys.js';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Cluster, startCluster } from '../support/cluster.js';
import { CutProxy } from '../support/cut-proxy.js';
import { tree } from '../support/rollout-kit.js';
import { CHROMIUM, Dashboard } from './dashboard.js';

const APP = 'crew';
const AGENTS = 131;
const HOSTS = ['main-pc', 'pc2'];
/** The background of the page. */
const PAGES = { light: 'rgb(246, 247, 248)', dark: 'rgb(16, 20, 24)' } as const;
const BUSY_HOST = 'pc2';
/** Takes a quarter of one processor, and leaves the rest to the test. */
const BUSY = 'setInterval(() => { const end = Date.now() + 25; while (Date.now() < end); }, 100)';

describe.skipIf(CHROMIUM === undefined)('a fleet of 131 agents in the dashboard', { timeout: 180_000 }, () => {
  let cluster: Cluster;
  let proxy: CutProxy;
  let redis: Redis;
  const open: Dashboard[] = [];
  const dashboard = async (...options: Parameters<typeof Dashboard.open> extends [Cluster, ...infer R] ? R : never) => {
    const made = await Dashboard.open(cluster, ...options);
    open.push(made);
    return made;
  };

  beforeAll(async () => {
    cluster = await startCluster({ hosts: HOSTS });
    const idle = Array.from({ length: AGENTS - 1 }, (_, index) => [
      `agent-${String(index + 1).padStart(3, '0')}`,
      { command: ['sleep', '100000'], hosts: [HOSTS[index % HOSTS.length]], files: ['code.txt'] },
    ]);
    const busy = { command: [process.execPath, '-e', BUSY], hosts: [BUSY_HOST], files: ['code.txt'] };
    const agents = { ...(Object.fromEntries(idle) as Record<string, object>), busy };
    await cluster.push('1.0.0', tree(APP, agents));
    expect((await cluster.rollout('1.0.0')).code).toBe(0);
    const { network } = cluster.layout;
    proxy = await CutProxy.start({ host: `${network}.1`, port: 7777 }, { host: `${network}.9`, port: 7777 });
    redis = new Redis(cluster.redis.url);
  }, 180_000);
  afterAll(async () => {
    for (const one of open) await one.close();
    redis.disconnect();
    await proxy.stop();
    await cluster.stop();
  });
  beforeEach(({ onTestFailed }) =>
    onTestFailed(async ({ task }) => {
      console.error(cluster.lastWords());
      await open.at(-1)?.shot(`failed-${task.name.replaceAll(/\W+/g, '-')}`);
    }),
  );

  const event = (id: string, more: object = {}): string =>
    JSON.stringify({ id, at: new Date().toISOString(), type: 'agent.ready', environment: 'local', ...more });
  const tell = (ids: readonly string[]): Promise<unknown> => {
    const pipeline = redis.pipeline();
    for (const id of ids) pipeline.xadd(fleetKeys('local').events, '*', EVENT_FIELD, event(id, { reason: id }));
    return pipeline.exec();
  };

  it('every agent is on one screen of 1440 by 900, by shape and by colour', async () => {
    const { page, errors, shot } = bound(await dashboard());
    await page.getByText(`${AGENTS} of ${AGENTS} agents ready`).waitFor();
    const boxes = await eventually(async () => {
      const found = await Promise.all((await page.locator('.tile').all()).map((tile) => tile.boundingBox()));
      return found.length === AGENTS && found;
    });
    for (const box of boxes) {
      expect(box?.y).toBeGreaterThanOrEqual(0);
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(900);
      expect((box?.x ?? Infinity) + (box?.width ?? 0)).toBeLessThanOrEqual(1440);
    }
    await page.locator('.chart canvas').first().waitFor();
    await shot('fleet-light');
    const paint = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime';
    console.log(`first paint after ${Math.round(Number(await page.evaluate(paint)))} ms`);
    const { code } = await cluster.cli('agent', 'stop', 'agent-007', '--json');
    expect(code).toBe(0);
    const stopped = page.locator('[data-agent="main-pc/crew/agent-007.0"][data-look="off"]');
    await stopped.waitFor();
    const shapeOf = (look: string) => page.locator(`.tile[data-look="${look}"] path`).first().getAttribute('d');
    expect(await shapeOf('off')).not.toBe(await shapeOf('ready'));
    expect((await cluster.cli('agent', 'start', 'agent-007', '--json')).code).toBe(0);
    await page.getByText(`${AGENTS} of ${AGENTS} agents ready`).waitFor();
    expect(errors).toEqual([]);
  });

  it('charts begin before the page was opened, and the busiest agents are seen at once', async () => {
    const { network } = cluster.layout;
    const kept = async (): Promise<number> => {
      const answer = await fetch(`http://${network}.1:7777/history?agents=true&agent=busy`);
      const { agents } = (await answer.json()) as { agents: readonly { cpu_percent: readonly (number | null)[] }[] };
      return agents[0]?.cpu_percent.filter((value) => value !== null && value > 1).length ?? 0;
    };
    await eventually(async () => (await kept()) >= 2, { timeoutMs: 90_000, everyMs: 500, describe: 'two busy looks' });
    const opened = Date.now() / 1000;
    const { page, shot, errors, dashboard: shown } = bound(await dashboard());
    expect(await shown.begins('CPU %', 2)).toBeLessThan(opened - 10);
    expect(await shown.begins('Agents: ready', 2)).toBeLessThan(opened - 10);
    await page
      .getByText(/^cpu \d+ %, memory \d+ %, disk \d+ %$/)
      .first()
      .waitFor();
    await page.getByLabel('Order of agents').selectOption('CPU');
    const first = page.locator(`[data-host="${BUSY_HOST}"] .tile`).first();
    await eventually(async () => expect(await first.getAttribute('data-agent')).toBe(`${BUSY_HOST}/${APP}/busy.0`));
    expect(await first.innerText()).toMatch(/busy\s+\d+ %/);
    expect(await first.getAttribute('title')).toMatch(/; CPU \d+ %; memory \d+\.\d MiB$/);
    await page.getByLabel('Resources of').selectOption('agents');
    expect(await shown.begins('CPU % of one processor of', 2)).toBeLessThan(opened - 10);
    await page.locator('.charts .legend').getByText(`busy.0 on ${BUSY_HOST}`).waitFor();
    await shot('fleet-by-cpu');
    await first.click();
    expect(await shown.begins('CPU % of one processor of busy', 2)).toBeLessThan(opened - 10);
    await shot('agent-busy');
    expect(errors).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('on a phone, %s, nothing is wider than the screen', async (scheme) => {
    const { page, shot } = bound(await dashboard({ width: 390, height: 844, dark: scheme === 'dark' }));
    await page.locator('.tile').first().waitFor();
    await page.getByLabel('Order of agents').selectOption('memory');
    await shot(`fleet-phone-${scheme}`);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(PAGES[scheme]);
    for (const part of ['Resources', 'Deliveries']) {
      const panel = page.getByLabel(part, { exact: true });
      await panel.locator('canvas').first().waitFor();
      await panel.scrollIntoViewIfNeeded();
      await shot(`${part.toLowerCase()}-phone-${scheme}`);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  });

  it.each(['cut', 'blackhole'] as const)(
    'the network is gone (%s): it says so, comes back, and has missed nothing',
    async (how) => {
      const { page, shot } = bound(await dashboard({ host: proxy.address.host }));
      await page.evaluate('window.sameDocument = true');
      await tell([`${how}-before`]);
      await page.locator('.events').getByText(`${how}-before`).waitFor();
      await page.locator('[data-agent="pc2/crew/agent-002.0"]').click();
      const log = page.getByLabel('Log of agent-002');
      await page.locator('.log[data-live="true"]').waitFor();
      proxy[how]();
      await page.locator('[data-test="lost"]').waitFor();
      await log.getByText('The connection was lost').waitFor();
      await shot(`network-${how}`);
      const meanwhile = Array.from({ length: 20 }, (_, index) => `${how}-meanwhile-${index}`);
      await tell(meanwhile);
      proxy.heal();
      await page.locator('[data-test="lost"]').waitFor({ state: 'detached' });
      await page.locator('.log[data-live="true"]').waitFor();
      await page.keyboard.press('Escape');
      await log.waitFor({ state: 'detached' });
      await page.getByLabel('Filter events').fill(`${how}-`);
      const rows = page.locator('.events li');
      await eventually(async () => expect(await rows.count()).toBe(21));
      const shown = (await rows.allInnerTexts()).map((text) => text.split(' ').at(-1)?.trim());
      expect(shown).toEqual([...meanwhile].reverse().concat(`${how}-before`));
      expect(await page.evaluate('window.sameDocument')).toBe(true);
    },
  );

  it('a thousand events a second do not freeze it', async () => {
    const { page, shot, errors } = bound(await dashboard());
    await page.locator('.tile').first().waitFor();
    await page.evaluate(WATCH_FRAMES);
    const seconds = Number(process.env['FLOOD_SECONDS'] ?? 8);
    const flood = (async () => {
      for (let batch = 0; batch < seconds * 10; batch += 1) {
        const began = performance.now();
        await tell(Array.from({ length: 100 }, (_, index) => `flood-${batch * 100 + index}`));
        await pause(Math.max(0, 100 - (performance.now() - began)));
      }
    })();
    // In the middle of it a person looks at an agent.
    await page
      .locator('.events')
      .getByText(/flood-/)
      .first()
      .waitFor();
    await page.locator('[data-agent="pc2/crew/agent-002.0"]').click();
    await page.getByRole('complementary').getByText('agent-002').first().waitFor();
    await flood;
    await page
      .locator('.events')
      .getByText(`flood-${seconds * 1000 - 1}`)
      .waitFor();
    expect(await page.locator('.events li').count()).toBeLessThanOrEqual(150);
    console.log(`flood: longest time between two frames ${String(await page.evaluate('window.longestFrame'))} ms`);
    await shot('flood');
    expect(errors).toEqual([]);
  }, 180_000);
});

const WATCH_FRAMES = `
  window.longestFrame = 0;
  let before = performance.now();
  const frame = (now) => {
    window.longestFrame = Math.max(window.longestFrame, Math.round(now - before));
    before = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
`;

const bound = (dashboard: Dashboard) => ({
  dashboard,
  page: dashboard.page,
  errors: dashboard.errors,
  shot: (name: string) => dashboard.shot(name),
});
