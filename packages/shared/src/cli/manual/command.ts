/** The verb `man`, of both programs: manual pages, made of what the commands say of themselves. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { messageOf, OutriderError } from '../../runtime/errors.js';
import { didYouMean } from '../../runtime/suggest.js';

interface ManOptions {
  readonly output?: string;
  readonly json?: true;
}

export function addManual(program: Command): void {
  const name = program.name();
  const command = program
    .command('man')
    .description('print the manual page of a verb, or write all of them into a folder')
    .argument('[verb...]', 'such as: status; default: the program')
    .option('--output <dir>', 'write every page there, one file each')
    .addHelpText(
      'after',
      `
Examples:
  ${name} man | man -l -
  ${name} man --output /usr/local/share/man/man1`,
    );
  command.option('--json', 'print JSON: one document');
  command.action(async (verb: readonly string[]) => {
    await man(program, verb, command.optsWithGlobals<ManOptions>());
  });
}

async function man(program: Command, verb: readonly string[], { output, json }: ManOptions): Promise<void> {
  const [{ verbPages }, { manualName, roffOf }] = await Promise.all([import('./verb-pages.js'), import('./roff.js')]);
  const pages = verbPages(program);
  const manual = { source: `Outrider ${program.version() ?? ''}`, pages };
  if (output === undefined) {
    const path = [program.name(), ...verb].join(' ');
    const page = pages.find((one) => one.path.join(' ') === path);
    if (page === undefined) {
      const near = didYouMean(
        path,
        pages.map((one) => one.path.join(' ')),
      );
      throw new OutriderError('invalid', `There is no verb "${verb.join(' ')}".${near}`);
    }
    process.stdout.write(json === true ? `${JSON.stringify(page)}\n` : roffOf(page, manual));
    return;
  }
  if (verb.length > 0) throw new OutriderError('invalid', 'With --output every page is written: name no verb.');
  const files = pages.map((page) => ({ file: join(output, `${manualName(page)}.1`), text: roffOf(page, manual) }));
  try {
    mkdirSync(output, { recursive: true });
    for (const { file, text } of files) writeFileSync(file, text);
  } catch (error) {
    throw new OutriderError('invalid', `--output ${output} can't be written: ${messageOf(error)}.`, { cause: error });
  }
  const written = files.map(({ file }) => file);
  process.stdout.write(`${json === true ? JSON.stringify(written) : `${written.length} pages are in ${output}.`}\n`);
}
