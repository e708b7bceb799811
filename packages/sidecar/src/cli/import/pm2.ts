/** A PM2 ecosystem as agents. What one app says is in pm2-app.ts; running a file that is a program, in pm2-program.ts. */
import type { Imported } from './imported.js';
import { Names, nearestName } from './names.js';
import { readApp } from './pm2-app.js';
import { topNotes } from './pm2-unsaid.js';
import { invalid, type Source } from './source.js';
import { isMap } from './values.js';

/** @throws OutriderError('invalid') */
export function fromPm2(value: unknown, source: Source, environment: string | undefined): Imported {
  const apps = appsOf(value);
  if (apps === undefined) {
    throw invalid(source.file, 'There is no "apps" in it: PM2 wants a list of apps, each with a script.');
  }
  if (apps.length === 0) throw invalid(source.file, 'Its list of apps is empty.');
  const names = new Names();
  const agents = apps.map((app, index) => {
    if (!isMap(app)) throw invalid(source.file, `apps[${index}] is no app.`);
    return readApp(app, { source, names, environment, index });
  });
  if (environment !== undefined && !apps.some((app) => isMap(app) && `env_${environment}` in app)) {
    throw invalid(source.file, `No app has an "env_${environment}", which --env asks for.`);
  }
  const spaces = [
    ...new Set(apps.map((app) => (isMap(app) && typeof app['namespace'] === 'string' ? app['namespace'] : ''))),
  ];
  const [space = ''] = spaces;
  return {
    ...(spaces.length === 1 && space !== '' && space !== 'default' ? { app: nearestName(space) } : {}),
    agents: agents.map((draft) => draft.done()),
    notes: topNotes(value),
  };
}

/** `{ apps: [...] }`, a list of apps, or one app. */
function appsOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  if (!isMap(value)) return undefined;
  if (value['apps'] === undefined) return value['script'] === undefined ? undefined : [value];
  return Array.isArray(value['apps']) ? (value['apps'] as unknown[]) : [value['apps']];
}
