/** The dashboards of deploy/grafana, and what they ask Prometheus. */
import { readdirSync, readFileSync } from 'node:fs';
import { deployed } from './monitoring.js';

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly { readonly expr: string }[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly type: string; readonly definition?: string }[];
  };
}

export const dashboards = (): readonly (Dashboard & { readonly file: string })[] =>
  readdirSync(deployed('grafana/dashboards')).map((file) => ({
    ...(JSON.parse(readFileSync(deployed(`grafana/dashboards/${file}`), 'utf8')) as Dashboard),
    file,
  }));

export interface DashboardQuery {
  /** `fleet: title of the panel`. */
  readonly where: string;
  /** With everything chosen. */
  readonly query: string;
}

/** What Grafana fills in. */
const CHOSEN: Readonly<Record<string, string>> = { __range_s: '3600', __range: '1h', window: '30d' };
const filled = (query: string): string => query.replaceAll(/\$(\w+)/g, (_, name: string) => CHOSEN[name] ?? '.*');

/** Of panels and of what can be chosen: `label_values(QUERY, LABEL)` asks for the label of all that QUERY finds. */
export function dashboardQueries(): readonly DashboardQuery[] {
  return dashboards().flatMap(({ file, panels, templating }) => {
    const board = file.replace('.json', '');
    const asked = panels
      .filter(({ datasource }) => datasource?.type === 'prometheus')
      .flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ where: `${board}: ${title}`, query: expr })));
    const choices = templating.list.flatMap(({ name, definition = '' }) => {
      const [, query, label] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? [];
      if (query === undefined) return [];
      return [{ where: `${board}: $${name}`, query: `group by (${label}) (${query})` }];
    });
    return [...asked, ...choices].map(({ where, query }) => ({ where, query: filled(query) }));
  });
}
