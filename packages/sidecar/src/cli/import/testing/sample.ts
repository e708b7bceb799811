/** Files to import, for tests: the examples beside this one, and texts that stand in a folder `/srv/app`. */
import { fileURLToPath } from 'node:url';
import type { Imported } from '../imported.js';
import { ReleaseFolder } from '../release-folder.js';
import type { Source } from '../source.js';

export const example = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const FOLDER = '/srv/app';

/** `beside`: path to text of other files, relative to the folder. */
export function sourceOf(file: string, text: string, beside: Readonly<Record<string, string>> = {}): Source {
  return {
    ...{ file, text, folder: FOLDER },
    release: new ReleaseFolder([FOLDER]),
    cores: 4,
    read: (path) => beside[path.replace(`${FOLDER}/`, '')],
    find: () => Object.keys(beside),
  };
}

/** Settings of an agent. Throws where there is none. */
export function settingsOf({ agents }: Imported, name: string): Readonly<Record<string, unknown>> {
  const found = agents.find((agent) => agent.name === name);
  if (found === undefined)
    throw new Error(`There is no ${name} among ${agents.map((agent) => agent.name).join(', ')}.`);
  return found.settings;
}

/** What is said about an agent, or about the file, under a word. */
export function said({ agents, notes }: Imported, about: string, name?: string): string {
  const all = name === undefined ? notes : (agents.find((agent) => agent.name === name)?.notes ?? []);
  return all
    .filter((note) => note.about.includes(about))
    .map(({ text }) => text)
    .join('\n');
}
