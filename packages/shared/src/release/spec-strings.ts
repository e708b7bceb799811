/**
 * Addresses and URLs in agents.yaml. A `${...}` in them is not known yet when the file is read, so each rule is
 * asked twice: when the file is compiled (references stand for anything), and again when settings are filled in.
 */
const REFERENCE = /\$\{[^}]*\}/g;

const withoutReferences = (value: string, standIn: string): string => value.replace(REFERENCE, standIn);

/** All of it comes from the settings: nothing can be said of it yet. */
const isOneSetting = (value: string): boolean => /^\$\{(?!OUTRIDER_)[^}]*\}$/.test(value);

/** `HOST:PORT` or `[IPV6]:PORT`. */
export function problemOfAddress(value: string): string | undefined {
  if (isOneSetting(value)) return undefined;
  const parts = /^(?:\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._*-]*):(.+)$/.exec(withoutReferences(value, '1'));
  const port = parts?.[1] ?? '';
  return /^\d{1,5}$/.test(port) && Number(port) <= 65_535 && Number(port) > 0
    ? undefined
    : `must be HOST:PORT or [IPV6]:PORT with a port from 1 to 65535, not ${JSON.stringify(value)}.`;
}

/** What an agent's socket may listen on: `HOST:PORT`, `[IPV6]:PORT`, an absolute path or an abstract `@name`. */
export function problemOfListenAddress(value: string): string | undefined {
  if (isUnixAddress(value)) {
    return Buffer.byteLength(value) < 108 ? undefined : `is a path of more than 107 bytes, too long for a socket.`;
  }
  return problemOfAddress(value) === undefined
    ? undefined
    : `must be HOST:PORT, [IPV6]:PORT, an absolute path or "@name", not ${JSON.stringify(value)}.`;
}

export const isUnixAddress = (value: string): boolean => /^(?:\/|@.)/.test(value);

export function problemOfHttpUrl(value: string): string | undefined {
  if (isOneSetting(value)) return undefined;
  const url = withoutReferences(value, '1');
  return URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
    ? undefined
    : `must be a URL such as http://127.0.0.1:8081/health, not ${JSON.stringify(value)}.`;
}

export function problemOfZmqUrl(value: string): string | undefined {
  if (isOneSetting(value)) return undefined;
  const good = value.startsWith('tcp://') ? problemOfAddress(value.slice(6)) === undefined : /^ipc:\/\/./.test(value);
  return good ? undefined : `must be tcp://HOST:PORT or ipc://PATH, not ${JSON.stringify(value)}.`;
}

/** MAX_ARG_STRLEN of Linux without its NUL: 32 pages of 4 KiB, for one argument and for one `NAME=value`. */
const MOST_BYTES_OF_A_STRING = 131_071;

/** Of a word of a command, or of a variable with its name: the kernel starts no program with a longer one. */
export function problemOfLength(value: string): string | undefined {
  const bytes = Buffer.byteLength(value);
  return bytes <= MOST_BYTES_OF_A_STRING
    ? undefined
    : `has ${bytes} bytes, and Linux gives a program at most ${MOST_BYTES_OF_A_STRING} in one argument or variable: put it into a file of the release.`;
}
