/** Every route of REST, and how a path is found among them. */
import type { RestRoute } from './route.js';
import { FLEET } from './routes-fleet.js';
import { HISTORY } from './routes-history.js';
import { machineRoutes } from './routes-machines.js';
import { RELEASES } from './routes-releases.js';
import { ROLLOUTS } from './routes-rollouts.js';

export const REST_ROUTES: readonly RestRoute[] = [
  ...FLEET,
  ...HISTORY,
  ...ROLLOUTS,
  ...RELEASES,
  ...machineRoutes(() => REST_ROUTES),
];

/** The text of each parameter of the path; undefined: it is another path. Throws URIError where it is not well formed. */
export function pathMatch(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  if (wanted.length !== given.length) return undefined;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? '';
    if (!part.startsWith('{')) {
      if (part !== text) return undefined;
    } else if (text === '') return undefined;
    else found[part.slice(1, -1)] = decodeURIComponent(text);
  }
  return found;
}
