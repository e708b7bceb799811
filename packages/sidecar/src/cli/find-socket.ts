/** Which control socket the commands of this machine mean, where none was named. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONTROL_SOCKET, findSockets } from '@outrider/shared/runtime/control-notes.js';
import { OutriderError } from '@outrider/shared/runtime/errors.js';

const DEFAULT_RUN_DIR = '/run/outrider';
const SETTINGS = '/etc/outrider/sidecar.yaml';

/**
 * That of the only sidecar that this user runs; else of the settings of this machine, which others may run.
 * @throws OutriderError('invalid') where there are several to choose from.
 */
export async function findSocket(env: Readonly<Record<string, string | undefined>> = process.env): Promise<string> {
  const notes = findSockets();
  if (notes.length > 1) {
    const choices = notes.map(({ host, socket }) => `${socket} (${host})`).join(', ');
    throw new OutriderError('invalid', `Several sidecars run here: ${choices}. Choose one with --socket.`);
  }
  return notes[0]?.socket ?? join(await runDir(env), CONTROL_SOCKET);
}

async function runDir(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  const given = env['OUTRIDER_SIDECAR__RUN_DIR'] ?? '';
  if (given !== '') return given;
  if (existsSync(join(DEFAULT_RUN_DIR, CONTROL_SOCKET))) return DEFAULT_RUN_DIR;
  return (await runDirOfSettings()) ?? DEFAULT_RUN_DIR;
}

/** Read without a check: `sidecar run` says what is wrong with them. */
async function runDirOfSettings(): Promise<string | undefined> {
  try {
    const text = readFileSync(SETTINGS, 'utf8');
    const { parseYaml } = await import('@outrider/shared/runtime/yaml-source.js');
    const parsed = parseYaml(text, SETTINGS);
    const settings = parsed.ok ? (parsed.source.value as { readonly run_dir?: unknown } | null) : null;
    return typeof settings?.run_dir === 'string' ? settings.run_dir : undefined;
  } catch {
    return undefined;
  }
}
