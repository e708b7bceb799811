/**
 * Whether what a host is told to run is what a release says: everything as it stands in agents.yaml, and only `${VAR}`
 * filled in. Whoever makes host specs is not believed here; the text of agents.yaml is.
 */
import type { AgentSpec, AppSpec, HostAgent } from '../domain/agent.js';
import { sameJson } from '../domain/canonical.js';
import type { HookAsk, HookSpec } from '../domain/hook.js';
import { REFERENCE } from '../domain/interpolation.js';
import type { HostSpec, Manifest } from '../domain/release.js';
import { hostPlaces } from './host-places.js';
import { withFingerprints } from './host-spec.js';

/** An agent whose settings are the release's. A sentence; undefined: it follows. */
export function problemOfAgent(agent: HostAgent, declared: AppSpec, version: string): string | undefined {
  const spec = declared.agents.find(({ name }) => name === agent.name);
  if (spec === undefined) return `agents.yaml of ${version} has no agent ${agent.name}.`;
  const place = differenceIn(spec, ownOf(agent));
  return place === undefined ? undefined : `${agent.name}: "${place}" is not what agents.yaml of ${version} says.`;
}

/** All agents of a host that are of one release, which says what would have to be replaced for which. */
export function problemOfFingerprints(
  { agents, prepare = [], data = [] }: HostSpec,
  manifest: Pick<Manifest, 'entries'>,
): string | undefined {
  const right = withFingerprints(agents.map(ownOf), manifest, { prepare, data });
  const wrong = agents.find((agent, index) => agent.fingerprint !== right[index]?.fingerprint);
  return wrong === undefined ? undefined : `${wrong.name}: its fingerprint is not that of its settings and files.`;
}

/** What is prepared for the release, and which folders outlive it. Whose those are, settings say. */
export function problemOfPlaces(
  { prepare = [], data = [], version }: HostSpec,
  declared: AppSpec,
  manifest: Pick<Manifest, 'entries'>,
): string | undefined {
  const right = hostPlaces(declared.agents.map(withoutUser), declared.prepare ?? [], manifest);
  if (!sameJson(right.prepare, prepare)) return `"prepare" is not what agents.yaml of ${version} says.`;
  return sameJson(right.data, data.map(withoutUser)) ? undefined : `"data" is not what agents.yaml of ${version} says.`;
}

const withoutUser = <T extends { readonly user?: string }>({ user: _user, ...rest }: T): Omit<T, 'user'> => rest;

/** What a host is asked to run for a hook, or to take it back. A sentence; undefined: it follows. */
export function problemOfHook(ask: HookAsk, declared: AppSpec): string | undefined {
  const { app, hook, point, release, command, user, secrets, undoes } = ask;
  const own = hook.startsWith(`${app}/`) ? hook.slice(app.length + 1) : hook;
  const found = declared.hooks?.find((one) => one.name === own && one.point === point);
  const { action, undo = [] } = found ?? ({} as Partial<HookSpec>);
  if (action?.kind !== 'command') return `agents.yaml of ${release.version} has no such hook.`;
  const written = { command: undoes === undefined ? action.command : undo, user: action.user, secrets: action.secrets };
  // Outrider's own are filled in before it comes here, where they are the same on every host.
  const given = { command, user, secrets: secrets.length === 0 ? undefined : secrets };
  const place = differenceIn(written, given, true);
  return place === undefined ? undefined : `"${place}" is not what agents.yaml of ${release.version} says.`;
}

/** What a host spec has besides what stands in agents.yaml. */
function ownOf({ fingerprint: _fingerprint, release: _release, ...own }: HostAgent): AgentSpec {
  return own;
}

/** Where they differ, as a path of keys; undefined: nowhere. */
function differenceIn(written: unknown, given: unknown, ownToo = false, place = ''): string | undefined {
  if (typeof written === 'string' && typeof given === 'string') {
    return isFilledIn(written, given, ownToo) ? undefined : place;
  }
  if (written === null || given === null || typeof written !== 'object' || typeof given !== 'object') {
    return sameJson(written, given) ? undefined : place;
  }
  if (Array.isArray(written) !== Array.isArray(given)) return place;
  const [ours, theirs] = [membersOf(written), membersOf(given)];
  for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
    const at = place === '' ? key : `${place}.${key}`;
    if (Object.hasOwn(ours, key) !== Object.hasOwn(theirs, key)) return at;
    const found = differenceIn(ours[key], theirs[key], ownToo, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

const membersOf = (value: object): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined));

/** `${OUTRIDER_...}` stays as it is, but where it is filled in like the others (`ownToo`); `$$` has become `$`. */
export function isFilledIn(written: string, given: string, ownToo = false): boolean {
  const literals = [''];
  let from = 0;
  const add = (text: string): void => void literals.push((literals.pop() ?? '') + text);
  for (const found of written.matchAll(REFERENCE)) {
    add(written.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[0] === '$$') add('$');
    else if (found[1]?.startsWith('OUTRIDER_') === true && !ownToo) add(found[0]);
    else literals.push('');
  }
  add(written.slice(from));
  const [first = '', ...others] = literals;
  const last = others.pop();
  if (last === undefined) return given === first;
  if (!given.startsWith(first) || given.length < first.length + last.length || !given.endsWith(last)) return false;
  const end = given.length - last.length;
  let at = first.length;
  for (const literal of others) {
    const next = given.indexOf(literal, at);
    if (next < 0 || next + literal.length > end) return false;
    at = next + literal.length;
  }
  return true;
}
