/** An event as one line for people: when, where, what, why. */
import type { OutriderEvent } from '@outrider/shared/domain/event.js';
import { placeKey } from '@outrider/shared/domain/rollout-place.js';
import { versionsIn, withVersionsApart } from '@outrider/shared/domain/versions-apart.js';
import { harmless } from './output.js';

/** `withApp`: it is one of several that are told of together. */
export function eventLine(event: OutriderEvent, withApp = false): string {
  const instance = event.instance === undefined ? '' : `.${event.instance}`;
  const who = event.agent === undefined ? '' : ` ${event.agent}${instance}`;
  const app = withApp && event.app !== undefined ? event.app : undefined;
  const where = event.host === undefined ? '' : ` ${placeKey(event.host, app)}`;
  const what = event.type.replace(/^rollout\.host\./, '');
  const { gate, hook = gate } = event.data ?? {};
  const which = typeof hook === 'string' ? ` ${harmless(hook)}` : '';
  const version = event.version === undefined ? '' : ` ${withVersionsApart(event.version, versionsIn(event.data))}`;
  const rollout =
    event.rollout === undefined || event.host !== undefined
      ? ''
      : ` ${event.rollout}${app === undefined ? '' : ` ${app}`}`;
  const by = event.by === undefined ? '' : ` by ${event.by}`;
  const reason = event.reason === undefined || event.reason === '' ? '' : `: ${harmless(event.reason)}`;
  return `${clockTime(event.at)}${where}${who} ${what}${which}${rollout}${version}${by}${reason}`;
}

/** Hours, minutes and seconds here of an RFC 3339 time. */
export function clockTime(at: string): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
