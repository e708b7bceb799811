/** Checks of what callers send: one clear sentence that names the field, before anything is done with it. */
import { isName, NAME_RULE, VERSION_RULE } from '@outrider/shared/domain/name.js';
import { joinedApps } from '@outrider/shared/domain/rollout-place.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

const LONGEST_TEXT = 1_000;
const LONGEST_TIME_MS = 7 * 24 * 3_600_000;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/;
const ROLLOUT_ID = /^r[0-9]{1,15}$/;
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

export const refuse = (field: string, what: string): never => {
  throw new OutriderError('invalid', `${field}: ${what}.`);
};

const shown = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);

/** A name, or empty where the caller leaves the choice open. */
export function optionalName(field: string, text: string): string {
  return text === '' || isName(text) ? text : refuse(field, `${shown(text)} is no name; expected are ${NAME_RULE}`);
}

/** One app, several as `a,b` in any order, or empty: these by name, each once. */
export function optionalApps(field: string, text: string): string {
  const apps = text === '' ? [] : text.split(',');
  if (apps.length > 1) names(field, apps);
  return apps.length > 1 ? joinedApps(apps) : optionalName(field, text);
}

export function requiredName(field: string, text: string): string {
  return text === '' ? refuse(field, 'it is missing') : optionalName(field, text);
}

export function names(field: string, list: readonly string[]): readonly string[] {
  list.forEach((text, index) => requiredName(`${field}[${index}]`, text));
  const twice = list.find((text, index) => list.indexOf(text) !== index);
  return twice === undefined ? list : refuse(field, `${shown(twice)} is named twice`);
}

/** A version, or one of the words that stand for a release. */
export function versionOrWord(field: string, text: string): string {
  if (text === '') return refuse(field, 'it is missing');
  return VERSION.test(text) ? text : refuse(field, `${shown(text)} is no version; expected are ${VERSION_RULE}`);
}

/** Who asks, for the history. */
export function who(text: string): string {
  const trimmed = line('by', text);
  return trimmed === '' ? 'unknown' : trimmed;
}

/** One line of text for people. */
export function line(field: string, text: string): string {
  if (text.length > LONGEST_TEXT) return refuse(field, `at most ${LONGEST_TEXT} characters, not ${text.length}`);
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
}

export function milliseconds(field: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least || value > LONGEST_TIME_MS) {
    return refuse(field, `${value} is no whole number of milliseconds from ${least} to ${LONGEST_TIME_MS}`);
  }
  return value;
}

export function oneOf<const T extends string>(field: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((word) => word === text);
  return found ?? refuse(field, `${shown(text)} is none of ${allowed.join(', ')}`);
}

/** `r42`, or empty for the latest. */
export function rolloutId(text: string, field = 'rollout'): string {
  return text === '' || ROLLOUT_ID.test(text)
    ? text
    : refuse(field, `${shown(text)} is no id of a rollout; they look like r42`);
}

export function requestId(text: string): string {
  return REQUEST_ID.test(text)
    ? text
    : refuse('request_id', 'expected are 1 to 64 letters, digits, ".", "_" or "-", chosen anew for each request');
}

/** Refuses members of a JSON body that nobody reads. */
export function onlyFields(body: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown !== undefined) refuse(unknown, `this field is not known; expected are ${known.join(', ')}`);
}

/** A text of a JSON body; '' where it is absent. */
export function textIn(body: Readonly<Record<string, unknown>>, field: string): string {
  const value = body[field] ?? '';
  return typeof value === 'string' ? value : refuse(field, 'expected is text');
}
