/** Names of other programs as names that are allowed here. */
import { isName, isSecretName } from '@outrider/shared/domain/name.js';

const LONGEST = 63;

/** The name itself where it is allowed, else the nearest that is. */
export function nearestName(wanted: string): string {
  if (isName(wanted)) return wanted;
  const near = wanted
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, LONGEST);
  return near === '' ? 'agent' : near;
}

/** Hands out names, each once. */
export class Names {
  private readonly taken = new Set<string>();

  take(wanted: string): string {
    const near = nearestName(wanted);
    let name = near;
    for (let serial = 2; this.taken.has(name); serial += 1) {
      name = `${near.slice(0, LONGEST - `-${serial}`.length)}-${serial}`;
    }
    this.taken.add(name);
    return name;
  }
}

/** `db_password` is `DB_PASSWORD` here; undefined where nothing of it can be used. */
export function secretName(wanted: string): string | undefined {
  const near = wanted
    .toUpperCase()
    .replace(/[^A-Z0-9_]+/g, '_')
    .replace(/^[^A-Z]+/, '');
  return isSecretName(near) ? near : undefined;
}
