/** What can be wrong between the places that a release names: what its steps create, and where its data are. */
import type { AgentSpec } from '../domain/agent.js';
import { hostVariablesIn, interpolate } from '../domain/interpolation.js';
import { isWithin, type PrepareSpec } from '../domain/prepare.js';
import { didYouMean } from '../runtime/suggest.js';
import type { ValuePath } from '../runtime/yaml-source.js';

export interface PlaceProblem {
  readonly path: ValuePath;
  /** Without its subject. */
  readonly message: string;
}

interface Place {
  /** Without a slash at the end. */
  readonly place: string;
  readonly kind: 'file' | 'folder' | 'created';
  /** In agents.yaml. */
  readonly at: ValuePath;
  readonly whose: string;
}

/** Before anything is known of the tree. */
export function problemsOfPlaces(agents: readonly AgentSpec[], steps: readonly PrepareSpec[]): readonly PlaceProblem[] {
  const data = agents.flatMap(({ name, data: paths = [] }) =>
    paths.map((path, index): Place => ({
      ...{ place: path.replace(/\/$/, ''), kind: path.endsWith('/') ? 'folder' : 'file' },
      ...{ at: ['agents', name, 'data', index], whose: `agents.${name}.data` },
    })),
  );
  const created = steps.flatMap(({ name, creates }) =>
    creates.map((path): Place => ({
      ...{ place: path, kind: 'created', at: ['prepare', name, 'creates'], whose: `prepare.${name}.creates` },
    })),
  );
  return [
    ...twice(data),
    ...[...data, ...created].flatMap((place, index, all) => problemsWith(place, all.slice(0, index))),
    ...steps.flatMap((step, index) => problemsOfStep(step, steps.slice(0, index))),
  ];
}

/** The same agent names it once; several agents may share it. */
const twice = (places: readonly Place[]): readonly PlaceProblem[] =>
  places.flatMap(({ place, at, whose }, index) =>
    places.slice(0, index).some((other) => other.whose === whose && other.place === place)
      ? [{ path: at, message: `is "${place}", which is there twice.` }]
      : [],
  );

/** What a step creates is replaced as a whole, data never are: neither may be in the other. */
function problemsWith({ place, kind, at }: Place, earlier: readonly Place[]): readonly PlaceProblem[] {
  const other = earlier.find(
    (one) =>
      (isWithin(place, one.place) || isWithin(one.place, place)) &&
      (kind === 'created' || one.kind === 'created' || isStrange(place, kind, one)),
  );
  return other === undefined
    ? []
    : [
        {
          path: at,
          message: `has "${place}", and ${other.whose} has ${inWords(other)}: they are in each other's way.`,
        },
      ];
}

/** The same path as file and as folder, or something below a file. */
const isStrange = (place: string, kind: Place['kind'], other: Place): boolean =>
  place === other.place ? kind !== other.kind : (place.length < other.place.length ? kind : other.kind) === 'file';

const inWords = ({ place, kind }: Place): string => `"${place}${kind === 'folder' ? '/' : ''}"`;

function problemsOfStep(step: PrepareSpec, earlier: readonly PrepareSpec[]): readonly PlaceProblem[] {
  const at = (path: ValuePath, message: string): PlaceProblem => ({ path: ['prepare', step.name, ...path], message });
  const names = earlier.map(({ name }) => name);
  const words: readonly (readonly [ValuePath, string])[] = [
    ...step.command.map((word, index) => [['command', index], word] as const),
    ...Object.entries(step.environment).map(([key, value]) => [['environment', key], value] as const),
    ...(step.user === undefined ? [] : [[['user'], step.user] as const]),
  ];
  return [
    ...step.dependsOn
      .filter((other) => !names.includes(other))
      .map((other) =>
        at(['depends_on'], `names "${other}", which is no step before this one.${didYouMean(other, names)}`),
      ),
    ...words.flatMap(([path, word]) => {
      const reference = referenceIn(word);
      return reference === undefined
        ? []
        : [
            at(
              path,
              `has ${reference}: what is prepared is of the release alone, so nothing is filled in. Write $$ for a plain $.`,
            ),
          ];
    }),
  ];
}

function referenceIn(word: string): string | undefined {
  const names: string[] = [];
  const { problems } = interpolate(word, (name) => {
    names.push(name);
    return '';
  });
  const [malformed] = problems.flatMap((problem) => (problem.kind === 'malformed' ? [problem.reference] : []));
  const [name] = [...names, ...hostVariablesIn(word)];
  return malformed ?? (name === undefined ? undefined : `\${${name}}`);
}
