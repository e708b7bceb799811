/** Which control socket the commands of this machine mean, where none was named. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROL_SOCKET, findSockets } from '@outrider/shared/runtime/control-notes.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

const DEFAULT_SOCKET = join('/run/outrider', CONTROL_SOCKET);
const SETTINGS = '/etc/outrider/sidecar.yaml';

/**
 * Where the environment has it; else that of the machine's own sidecar, or of the only one that this user runs; else
 * where the settings of this machine have it, which another user may run.
 * @throws OutriderError('invalid') where there are several to choose from.
 */
export async function findSocket(env: Readonly<Record<string, string | undefined>> = process.env): Promise<string> {
  const given = env['OUTRIDER_SIDECAR__RUN_DIR'] ?? '';
  if (given !== '') return join(given, CONTROL_SOCKET);
  const sockets = findSockets();
  if (sockets.some(({ socket }) => socket === DEFAULT_SOCKET)) return DEFAULT_SOCKET;
  if (sockets.length > 1) {
    const choices = sockets.map(({ host, socket }) => `${socket} (${host})`).join(', ');
    throw new OutriderError('invalid', `Several sidecars run here: ${choices}. Choose one with --socket.`);
  }
  return sockets[0]?.socket ?? (existsSync(DEFAULT_SOCKET) ? DEFAULT_SOCKET : await socketOfSettings());
}

/** Read without a check: `sidecar run` says what is wrong with them. */
async function socketOfSettings(): Promise<string> {
  try {
    const text = readFileSync(SETTINGS, 'utf8');
    const { parseYaml } = await import('@outrider/shared/runtime/yaml-source.js');
    const parsed = parseYaml(text, SETTINGS);
    const settings = parsed.ok ? (parsed.source.value as { readonly run_dir?: unknown } | null) : null;
    return typeof settings?.run_dir === 'string' ? join(settings.run_dir, CONTROL_SOCKET) : DEFAULT_SOCKET;
  } catch {
    return DEFAULT_SOCKET;
  }
}
