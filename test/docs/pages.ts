/** Which pages there are. New ones are found by themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './machine.js';

const FOLDERS = ['docs', 'examples', 'systemd', 'deploy', 'bench'];

const within = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.includes('node_modules'))
    .map((path) => join(folder, path));

/** Paths from the root of the repository. */
export const PAGES: readonly string[] = [...readdirSync(ROOT), ...FOLDERS.flatMap(within)]
  .filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md')
  .sort();

export const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
