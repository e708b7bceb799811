/** The dashboard in a real Chromium, as a person has it: opened by its link, looked at, clicked. Keeps screenshots. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readToken } from '@outrider/shared/runtime/token.js';
import { eventually } from '@outrider/shared/testing/eventually.js';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import type { Cluster } from '../support/cluster.js';

/** As Debian and Ubuntu have it; undefined: there is none. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** Screenshots, for whoever looks at how it went. */
const SHOTS = fileURLToPath(new URL('../output/', import.meta.url));
const PATIENCE_MS = 45_000;

export interface DashboardOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  /** Where it is reached; default: as the cluster's coordinator listens. */
  readonly host?: string;
  /** Without the token it only looks. */
  readonly withToken?: boolean;
}

export class Dashboard {
  /** Errors of the page's own: exceptions, and what the content policy has refused. */
  readonly errors: string[] = [];

  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('ERR_')) this.errors.push(message.text());
    });
  }

  static async open(cluster: Cluster, options: DashboardOptions = {}): Promise<Dashboard> {
    const {
      width = 1440,
      height = 900,
      dark = false,
      host = `${cluster.layout.network}.1`,
      withToken = true,
    } = options;
    if (CHROMIUM === undefined) throw new Error('There is no chromium.');
    // As root, which tests of sidecars may be, Chromium has no sandbox of its own.
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    const colorScheme = dark ? 'dark' : 'light';
    const page = await browser.newPage({ viewport: { width, height }, colorScheme });
    page.setDefaultTimeout(PATIENCE_MS);
    const dashboard = new Dashboard(browser, page);
    const token = withToken ? `#token=${readToken(cluster.layout.token) ?? ''}` : '';
    await page.goto(`http://${host}:7777/${token}`);
    await page.getByText('Hosts and agents').waitFor();
    return dashboard;
  }

  async shot(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }

  button(name: RegExp | string): Locator {
    return this.page.getByRole('button', { name });
  }

  /** Of an instance: `alpha/app/agent.0`. */
  tile(key: string): Locator {
    return this.page.locator(`[data-agent="${key}"]`);
  }

  /** Of a chart, when its first point was, in seconds since 1970. Waits until it has so many points. */
  async begins(chart: string, points: number): Promise<number> {
    const found = this.page.locator(`.chart[aria-label^="${chart}"]`);
    await eventually(async () => Number(await found.getAttribute('data-points')) >= points, {
      timeoutMs: PATIENCE_MS,
      describe: `${points} points in "${chart}"`,
    });
    return Number(await found.getAttribute('data-since'));
  }

  /** Of the deliveries, what stands in this row, a text for each app. */
  async delivery(row: string): Promise<readonly string[]> {
    const head = this.page.getByRole('rowheader', { name: row, exact: true });
    return this.page.locator('.deliveries tr', { has: head }).getByRole('cell').allInnerTexts();
  }

  /** The rollout that is shown, once it is in this phase. */
  async rollout(phase: string, id?: string): Promise<Locator> {
    const which = id === undefined ? '' : `[data-rollout="${id}"]`;
    const found = this.page.locator(`.rollout${which}[data-phase="${phase}"]`);
    await found.waitFor();
    return found;
  }

  /** Says yes to what is asked; returns the lines in which it was named. */
  async confirm(yes: string): Promise<string> {
    const dialog = this.page.getByRole('dialog');
    const text = await dialog.innerText();
    await dialog.getByRole('button', { name: yes }).click();
    return text;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}
