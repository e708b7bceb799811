/** `coordinator rollout evidence`: everything that is known of a rollout, as one file. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { OutriderError, messageOf } from '@outrider/shared/runtime/errors.js';
import { rolloutIdArgument } from './arguments.js';
import { withCoordinator } from './connection.js';
import { appsOption, type Globals, globalsOf, QUESTION_MS, withGlobals } from './globals.js';
import { show } from './output.js';

interface EvidenceOptions {
  readonly app?: string;
  readonly output: string;
  readonly force?: true;
}

/** Hosts that are slow with their logs are waited for; what comes late is left out by the coordinator. */
const WITHIN_MS = 2 * QUESTION_MS;

export function addEvidence(rollout: Command): void {
  const verb = withGlobals(
    rollout
      .command('evidence')
      .description('all that is known of a rollout, as one .tar.gz; no value of a secret is in it'),
  );
  verb
    .argument('[id]', 'default: the latest', rolloutIdArgument)
    .requiredOption('--output <file>', 'where it goes; - is standard output')
    .option('--force', 'overwrite the file if it is there')
    .option('--app <name>', 'the latest of this app', appsOption)
    .action(async (id: string | undefined, options: EvidenceOptions) => {
      await evidence(globalsOf(verb), id ?? '', options);
    });
}

async function evidence(
  globals: Globals,
  rollout: string,
  { app = '', output, force }: EvidenceOptions,
): Promise<void> {
  if (output === '-' && globals.json) {
    throw new OutriderError('invalid', '--output - and --json would both write to standard output. Name a file.');
  }
  if (output !== '-' && existsSync(output) && force !== true) {
    throw new OutriderError('refused', `${output} is there already. Name another file, or overwrite it with --force.`);
  }
  const data = await withCoordinator(globals, async (remote) => {
    const chunks: Buffer[] = [];
    const request = { rollout, app };
    for await (const chunk of remote.Evidence(request, { timeoutMs: globals.timeoutMs ?? WITHIN_MS })) {
      chunks.push(chunk.data);
    }
    return Buffer.concat(chunks);
  });
  if (output === '-') {
    await new Promise<void>((done) => process.stdout.write(data, () => done()));
    return;
  }
  await write(output, data, force === true);
  const sha256 = createHash('sha256').update(data).digest('hex');
  show(
    globals,
    { file: resolve(output), bytes: data.length, sha256 },
    () => `${output}: ${data.length} bytes, sha256 ${sha256}`,
  );
}

/** Whole or not at all. */
async function write(path: string, data: Uint8Array, overwrite: boolean): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!overwrite && existsSync(path)) throw new OutriderError('refused', `${path} has come into being meanwhile.`);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    if (error instanceof OutriderError) throw error;
    throw new OutriderError('invalid', `Cannot write ${path}: ${messageOf(error)}.`, { cause: error });
  }
}
