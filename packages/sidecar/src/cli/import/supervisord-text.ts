/** The texts of supervisord: `%(name)s`, KEY="value" lists, and what its words for true and false are. */
import { type References } from './references.js';
import { invalid } from './source.js';

const EXPANSION = /%%|%\(([A-Za-z_][A-Za-z0-9_]*)\)([-#0 +]*)(\d*)([sdi])/g;

export interface Expansions {
  readonly references: References;
  /** `here`, `program_name` and so on. A reference held for `process_num` stands for each replica's own number. */
  readonly values: Readonly<Record<string, string | number>>;
  /** Learns the names of `%(ENV_NAME)s`. */
  readonly variables: Set<string>;
}

export function expand(
  text: string,
  { references, values, variables }: Expansions,
  file: string,
  line: number,
): string {
  return text.replace(EXPANSION, (whole, name: string | undefined, flags: string, width: string) => {
    if (name === undefined) return '%';
    const value = values[name];
    if (value !== undefined) return padded(String(value), flags, Number(width));
    if (!name.startsWith('ENV_')) throw invalid(file, `${whole} is nothing that supervisord fills in.`, line);
    variables.add(name.slice(4));
    return references.hold(`\${${name.slice(4)}}`);
  });
}

function padded(value: string, flags: string, width: number): string {
  if (flags.includes('-')) return value.padEnd(width);
  return value.padStart(width, flags.includes('0') ? '0' : ' ');
}

/** Is the number of a process more than its plain number from 0 on? */
export const needsOwnNumber = (text: string): boolean =>
  [...text.matchAll(EXPANSION)].some(
    ([, name, flags, width]) => name === 'process_num' && `${flags ?? ''}${width ?? ''}` !== '',
  );

/** `KEY="value",K2='v',K3=plain`. @throws OutriderError('invalid') */
export function keyValues(text: string, file: string, line: number): Record<string, string> {
  const entry = /\s*([^=,\s]+)\s*=\s*("[^"]*"|'[^']*'|[^,]*?)\s*(?:,|$)/gsy;
  const values: Record<string, string> = {};
  const content = text.trim().replace(/,$/, '');
  while (entry.lastIndex < content.length) {
    const at = entry.lastIndex;
    const [, key = '', value = ''] = entry.exec(content) ?? [];
    if (key === '') {
      throw invalid(file, `This is no list of KEY="value": ${JSON.stringify(content.slice(at, at + 60))}.`, line);
    }
    values[key] = value.replace(/^["']+|["']+$/g, '');
  }
  return values;
}

/** Undefined: neither. */
export function truth(text: string): boolean | undefined {
  if (/^(?:yes|true|on|1)$/i.test(text)) return true;
  return /^(?:no|false|off|0)$/i.test(text) ? false : undefined;
}

const SIGNAL_NUMBERS: ReadonlyMap<string, string> = new Map([
  ['1', 'SIGHUP'],
  ['2', 'SIGINT'],
  ['3', 'SIGQUIT'],
  ['9', 'SIGKILL'],
  ['10', 'SIGUSR1'],
  ['12', 'SIGUSR2'],
  ['15', 'SIGTERM'],
]);

/** `TERM`, `sigterm` and `15` are `SIGTERM`. */
export function signalName(text: string): string {
  const word = text.trim().toUpperCase();
  return SIGNAL_NUMBERS.get(word) ?? (word.startsWith('SIG') ? word : `SIG${word}`);
}
