/** A Docker Compose file as agents. What one service says is in compose-service.ts; `extends` in compose-extends.ts. */
import { extended } from './compose-extends.js';
import { readService } from './compose-service.js';
import { ComposeTexts } from './compose-text.js';
import { listOf } from './environment.js';
import type { Imported, Note } from './imported.js';
import { Names, nearestName } from './names.js';
import { invalid, type Source } from './source.js';
import { asText, isMap, type ValueMap } from './values.js';

/** Read here, or about what services say themselves. */
const TOP = new Set(['version', 'name', 'services', 'networks', 'volumes', 'secrets', 'configs']);

/** @throws OutriderError('invalid') */
export function fromCompose(value: unknown, source: Source): Imported {
  const services = isMap(value) ? value['services'] : undefined;
  if (!isMap(value) || !isMap(services)) throw invalid(source.file, 'There is no map of "services" in it.');
  const entries = Object.entries(services);
  if (entries.length === 0) throw invalid(source.file, 'Its map of services is empty.');
  const names = new Names();
  const called = new Map(entries.map(([name]) => [name, names.take(name)]));
  const texts = new ComposeTexts();
  const agents = entries.map(([name, service]) => {
    if (!isMap(service)) throw invalid(source.file, `services.${name} is no map.`);
    const whole = extended(name, service, services, source);
    return readService(whole, { name, called, texts, source }).done();
  });
  const app = asText(value['name']);
  return {
    ...(app === undefined ? {} : { app: nearestName(texts.plain(app) ?? app) }),
    agents,
    notes: [...topNotes(value), ...variableNotes(texts, source)],
  };
}

function topNotes(value: ValueMap): readonly Note[] {
  return Object.keys(value)
    .filter((key) => !TOP.has(key) && !key.startsWith('x-'))
    .map((about) => ({
      about,
      text: about === 'include' ? 'the files it names are not read: import them one by one.' : 'means nothing here.',
    }));
}

function variableNotes({ needed, strange }: ComposeTexts, source: Source): readonly Note[] {
  const beside = source.read('.env') === undefined ? '' : ' Compose also took them from .env, which is not read here.';
  const shown = [...needed].map((name) => `\${${name}}`);
  return [
    ...(shown.length === 0
      ? []
      : [
          {
            about: 'variables',
            text: `${listOf(shown)} must be in the settings of the environment, or the release is refused.${beside}`,
          },
        ]),
    ...[...strange].map((word) => ({
      about: word,
      text: 'is no reference here; it stands as it is, for a person to replace.',
    })),
  ];
}
