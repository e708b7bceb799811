/** Whether a value has the shape of a `HostState`: only what every sidecar has written, so that more may come. Pure. */

/** The place of what is wrong, as keys; undefined: nothing is. */
type Look = (value: unknown) => readonly string[] | undefined;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const like =
  (holds: (value: unknown) => boolean): Look =>
  (value) =>
    holds(value) ? undefined : [];
const text = like((value) => typeof value === 'string');
const number = like((value) => typeof value === 'number');

/** A map with these members at least. */
function having(members: Readonly<Record<string, Look>>): Look {
  return (value) => {
    if (!isMap(value)) return [];
    for (const [key, look] of Object.entries(members)) {
      const wrong = look(Object.hasOwn(value, key) ? value[key] : undefined);
      if (wrong !== undefined) return [key, ...wrong];
    }
    return undefined;
  };
}

const maybe =
  (look: Look): Look =>
  (value) =>
    value === undefined ? undefined : look(value);

function each(look: Look): Look {
  return (value) => {
    if (typeof value !== 'object' || value === null) return [];
    for (const [key, one] of Object.entries(value)) {
      const wrong = look(one);
      if (wrong !== undefined) return [key, ...wrong];
    }
    return undefined;
  };
}

const both =
  (first: Look, second: Look): Look =>
  (value) =>
    first(value) ?? second(value);

const list = (look: Look): Look => both(like(Array.isArray), each(look));
const mapOf = (look: Look): Look => both(like(isMap), each(look));

const release = having({ version: text, digest: text, specDigest: text });
const deadline = having({ bootId: text, sinceBootMs: number });
const change = having({ rollout: text, by: text, since: text, record: text });
const fence = having({ epoch: number, rollout: number, step: number });
const scaled = maybe(mapOf(having({ replicas: number, by: text, since: text, reason: text })));

const peers = maybe(list(having({ host: text, endpoint: text, hasIt: like((value) => typeof value === 'boolean') })));

const WORK: Readonly<Record<string, Look>> = {
  idle: having({}),
  switching: having({ candidate: release, change, limitMs: number, deadline, confirmWithinMs: number }),
  trial: having({ candidate: release, change, confirmWithinMs: number, lease: deadline }),
  reverting: having({ change, towards: text }),
};

const work: Look = (value) => {
  const phase = isMap(value) ? value['phase'] : undefined;
  const look = typeof phase === 'string' && Object.hasOwn(WORK, phase) ? WORK[phase] : undefined;
  return look === undefined ? ['phase'] : look(value);
};

const state = having({
  binding: having({ epoch: number, holder: text }),
  apps: mapOf(
    having({
      app: text,
      failed: list(release),
      work,
      active: maybe(release),
      previous: maybe(release),
      scaled,
      scaledBefore: scaled,
      accepted: maybe(having({ fence, holder: text, rollout: text })),
      staging: maybe(having({ release, rollout: text, sources: list(text), peers, state: text, reason: text })),
      outcome: maybe(having({ rollout: text, result: text, reason: text })),
    }),
  ),
});

/** `apps.default.work.phase`, `the whole`; undefined: it is one. */
export function misshapen(value: unknown): string | undefined {
  const wrong = state(value);
  return wrong === undefined ? undefined : wrong.join('.') || 'the whole';
}
