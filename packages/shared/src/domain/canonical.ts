/**
 * One spelling for each JSON value: keys sorted, no spaces, `undefined` members left out. Digests are
 * taken over it, so that the same content always has the same digest.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const known = spelled.get(value);
  if (known !== undefined) return known;
  const object = value as Readonly<Record<string, unknown>>;
  const members: string[] = [];
  for (const key of Object.keys(object).sort()) {
    const member = object[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  const text = `{${members.join(',')}}`;
  if (Object.isFrozen(value) && Object.values(value).every(isPlain)) spelled.set(value, text);
  return text;
}

/** What can never change is spelled once, e.g. the map of all hosts, which the spec of each host has in it. */
const spelled = new WeakMap<object, string>();
const isPlain = (member: unknown): boolean => typeof member !== 'object';

/** Whether both have the same spelling; found without spelling either. For values of JSON: no NaN, no class. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return (a ?? null) === (b ?? null);
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((item, index) => sameJson(item, b[index]));
  }
  return hasMembersOf(a, b) && hasMembersOf(b, a);
}

/** Whether every member of `b` is the same in `a`; one that is undefined is none. */
function hasMembersOf(a: object, b: object): boolean {
  for (const [key, member] of Object.entries(b)) {
    if (member === undefined) continue;
    const own = Object.hasOwn(a, key) ? (a as Record<string, unknown>)[key] : undefined;
    if (own === undefined || !sameJson(own, member)) return false;
  }
  return true;
}
