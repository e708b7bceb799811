// docs/reference/events.md: every event, from the guide beside its type.
import { EVENT_TYPES } from '../../packages/shared/dist/domain/event.js';
import { EVENT_GUIDE } from '../../packages/shared/dist/domain/event-guide.js';
import { TOLD_BY_DEFAULT } from '../../packages/coordinator/dist/notify/notice.js';
import { code, madeFrom, prose, table } from './markdown.mjs';

const kinds = [...new Set(EVENT_TYPES.map((type) => type.slice(0, type.lastIndexOf('.'))))];

export const eventPage = () => `${madeFrom('packages/shared/src/domain/event-guide.ts')}

# Events

One event is one line of the fleet's history. \`coordinator events --json\` prints them, \`GET /events\` and the WebSocket have
them, gRPC streams them (\`Events\`, \`WatchRollout\`), [\`notify\`](../operations.md#being-told) sends them on; in Redis they are
the stream \`outrider:{ENVIRONMENT}:events\`. Each sidecar publishes those of its host over ZeroMQ on port 5556, with the type as
the first frame; what a host tells of the steps of a rollout comes there alone, since the history has them from the coordinator.

Every event has \`id\` (unique: what comes twice has the same), \`at\` (RFC 3339, UTC, milliseconds), \`type\` and \`environment\`.
Members with \`?\` are not always there; \`data.X\` is the member \`X\` of \`data\`. More may come with a later version.

${kinds.map(sectionOf).join('\n\n')}

## Told without being asked

Whoever is named under \`notify\` without \`events\` of its own is told of ${TOLD_BY_DEFAULT.map(code).join(', ')}.
`;

function sectionOf(kind) {
  const types = EVENT_TYPES.filter((type) => type.slice(0, type.lastIndexOf('.')) === kind);
  return `## ${kind}\n\n${table(['event', 'sent when', 'members'], types.map(rowOf))}\n\n${dataOf(types)}`.trimEnd();
}

function rowOf(type) {
  const { when, members, data = {} } = EVENT_GUIDE[type];
  const all = [...members, ...Object.keys(data).map((name) => `data.${name}`)];
  return [code(type), prose(when), all.map(code).join(', ')];
}

/** What the members of data are: told once for all events of a kind that mean the same by it. */
function dataOf(types) {
  const rows = new Map();
  for (const type of types) {
    for (const [name, meaning] of Object.entries(EVENT_GUIDE[type].data ?? {})) {
      const key = `${name.replace('?', '')}: ${meaning}`;
      rows.set(key, [...(rows.get(key) ?? []), type]);
    }
  }
  const all = [...rows].map(([key, of]) => {
    const [name, meaning] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 2)];
    return [code(`data.${name}`), prose(meaning), of.length === types.length ? 'all' : of.map(code).join(', ')];
  });
  return all.length === 0 ? '' : table(['member', 'what it is', 'of'], all);
}
