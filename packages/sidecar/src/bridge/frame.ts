/** Reads what agents say on the bus, strictly: whatever is not exactly one of the known frames is dropped by name. */
import { SEVERITIES, type Severity } from '@outrider/shared/domain/agent-error.js';

export const LARGEST_FRAME_BYTES = 64 * 1024;

export interface ErrorFrame {
  readonly type: 'error';
  readonly errorType: string;
  readonly severity: Severity;
  readonly message: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export interface MetricFrame {
  readonly type: 'metric';
  readonly name: string;
  readonly value: number;
  readonly kind: 'counter' | 'gauge';
}

export type BusFrame =
  | { readonly type: 'beat'; readonly seq?: number; readonly busy?: boolean }
  | ErrorFrame
  | MetricFrame
  | { readonly type: 'extend'; readonly ms: number };

/** Why a frame was dropped; a label of `outrider_bus_frames_total`. */
export type Refusal = 'too_large' | 'many_parts' | 'not_json' | 'no_type' | 'unknown_type' | 'wrong_member';

export type ParsedFrame =
  { readonly ok: true; readonly frame: BusFrame } | { readonly ok: false; readonly refusal: Refusal };

const METRIC_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/;
const LONGEST_TEXT = 8_192;
const MOST_EXTEND_SECONDS = 3_600;
/** Whoever looks at each member of a context goes down so far at most. */
const DEEPEST_CONTEXT = 32;

export function parseFrame(parts: readonly Uint8Array[]): ParsedFrame {
  const [part] = parts;
  if (part === undefined || parts.length !== 1) return refused('many_parts');
  if (part.byteLength > LARGEST_FRAME_BYTES) return refused('too_large');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(part));
  } catch {
    return refused('not_json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refused('no_type');
  const members = value as Readonly<Record<string, unknown>>;
  if (typeof members['type'] !== 'string') return refused('no_type');
  const read = Object.hasOwn(READERS, members['type']) ? READERS[members['type'] as BusFrame['type']] : undefined;
  if (read === undefined) return refused('unknown_type');
  const frame = read(members);
  return frame === undefined ? refused('wrong_member') : { ok: true, frame };
}

const refused = (refusal: Refusal): ParsedFrame => ({ ok: false, refusal });

type Members = Readonly<Record<string, unknown>>;

/** Undefined: a member is missing or has the wrong type. */
const READERS: Readonly<Record<BusFrame['type'], (members: Members) => BusFrame | undefined>> = {
  beat: ({ seq, busy }) => {
    if (seq !== undefined && !(Number.isSafeInteger(seq) && (seq as number) >= 0)) return undefined;
    if (busy !== undefined && typeof busy !== 'boolean') return undefined;
    return {
      type: 'beat',
      ...(seq === undefined ? {} : { seq: seq as number }),
      ...(busy === undefined ? {} : { busy }),
    };
  },
  error: ({ error_type: errorType, severity = 'error', message = '', context = {} }) => {
    if (!isText(errorType) || errorType === '' || !isText(message)) return undefined;
    if (!(SEVERITIES as readonly unknown[]).includes(severity)) return undefined;
    if (typeof context !== 'object' || context === null || Array.isArray(context)) return undefined;
    if (isDeeper(context, DEEPEST_CONTEXT)) return undefined;
    return { type: 'error', errorType, severity: severity as Severity, message, context: context as Members };
  },
  metric: ({ name, value, kind = 'gauge' }) => {
    if (typeof name !== 'string' || !METRIC_NAME.test(name)) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
    if (kind !== 'gauge' && (kind !== 'counter' || value < 0)) return undefined;
    return { type: 'metric', name, value, kind };
  },
  extend: ({ seconds }) =>
    typeof seconds === 'number' && seconds > 0 && seconds <= MOST_EXTEND_SECONDS
      ? { type: 'extend', ms: Math.round(seconds * 1000) }
      : undefined,
};

function isDeeper(value: object, most: number): boolean {
  let level: readonly object[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === most) return true;
    level = level.flatMap((one) => Object.values(one).filter(isObject));
  }
  return false;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST_TEXT;
