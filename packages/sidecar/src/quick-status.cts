/**
 * `sidecar status` as quickly as Node allows: one file, CommonJS, one module of Node's, and the sidecar puts the text
 * together. Knows only the case in which there is nothing to choose and nothing goes wrong. Whatever else it meets it
 * leaves to the whole program, which asks anew and has the words for it.
 */
import net = require('node:net');
import tty = require('node:tty');

/** Of the run_dir and the file in it, where nothing else is said. */
const DEFAULT_RUN_DIR = '/run/outrider';
const CONTROL_SOCKET = 'sidecar.sock';
/** Then the whole program asks, and is patient. */
const LONGEST_MS = 5_000;

interface Plain {
  readonly json: boolean;
  readonly socket?: string;
}

/** `whole` runs the program with the same words. */
function quickStatus(words: readonly string[], whole: () => unknown): void {
  const plain = plainStatus(words);
  const path = plain && (plain.socket ?? socketPath(process.env));
  if (plain === undefined || path === undefined) {
    whole();
    return;
  }
  ask(path, plain.json ? '/status' : `/status/text${shown()}`, (body) => {
    if (body === undefined) {
      whole();
      return;
    }
    // `sidecar status | head -1` ends with its reader.
    process.stdout.on('error', () => process.exit()).write(body);
  });
}

function plainStatus([verb, ...options]: readonly string[]): Plain | undefined {
  if (verb !== 'status') return undefined;
  const json = options.includes('--json');
  const [name, socket, ...more] = options.filter((option) => option !== '--json');
  if (name === undefined) return { json };
  return name === '--socket' && socket?.startsWith('/') === true && more.length === 0 ? { json, socket } : undefined;
}

/** Only root has none of its own beside that of the machine. */
function socketPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const runDir = env['OUTRIDER_SIDECAR__RUN_DIR'] ?? '';
  if (runDir !== '') return `${runDir}/${CONTROL_SOCKET}`;
  const isMachine = process.getuid?.() === 0 && (env['OUTRIDER_RENDEZVOUS'] ?? '') === '';
  return isMachine ? `${DEFAULT_RUN_DIR}/${CONTROL_SOCKET}` : undefined;
}

/** How the text is to look: what is no terminal gets it whole and plain. */
function shown(): string {
  const { columns } = process.stdout;
  const wanted = [...(coloured() ? ['colour=yes'] : []), ...(columns > 0 ? [`columns=${columns}`] : [])];
  return wanted.length === 0 ? '' : `?${wanted.join('&')}`;
}

const coloured = (): boolean =>
  tty.isatty(1) && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';

/** `done` is called once; with nothing where there is no good and whole answer. */
function ask(path: string, url: string, done: (body: string | undefined) => void): void {
  const pieces: Buffer[] = [];
  let told = false;
  const tell = (body: string | undefined): void => {
    if (told) return;
    told = true;
    socket.destroy();
    done(body);
  };
  const socket = net.connect(path);
  socket.on('data', (piece) => void pieces.push(piece));
  socket.on('end', () => tell(bodyOf(Buffer.concat(pieces).toString('utf8'))));
  socket.on('error', () => tell(undefined)).setTimeout(LONGEST_MS, () => tell(undefined));
  socket.write(`GET ${url} HTTP/1.0\r\nhost: localhost\r\n\r\n`);
}

function bodyOf(answer: string): string | undefined {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.slice(0, Math.max(0, end));
  const body = answer.slice(end + 4);
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  const whole = length !== undefined && Number(length) === Buffer.byteLength(body);
  return whole && /^HTTP\/1\.\d 200 /.test(head) ? body : undefined;
}

export = quickStatus;
