// docs/reference/grpc.md: both services, from the files of proto/ with their comments, and from what the servers ask for.
import { OPEN_METHODS as OPEN_OF_COORDINATOR } from '../../packages/coordinator/dist/api/grpc.js';
import { STATUS_OF } from '../../packages/shared/dist/rpc/status.js';
import { exitCodeOfError, OutriderError } from '../../packages/shared/dist/runtime/errors.js';
import { OPEN_METHODS as OPEN_OF_SIDECAR } from '../../packages/sidecar/dist/link/grpc.js';
import grpc from '@grpc/grpc-js';
import { GROUPS } from './grpc-groups.mjs';
import { anchor, code, madeFrom, prose, table } from './markdown.mjs';
import { readProto } from './proto-files.mjs';

const OPEN = { Coordinator: OPEN_OF_COORDINATOR, Sidecar: OPEN_OF_SIDECAR };

const WHEN = {
  invalid: 'what was asked is not understood, or not right; the sentence says which member',
  not_found: 'there is no such thing',
  refused: 'understood, and not allowed now: locked, fenced, held, or the plan is another by now',
  unauthenticated: 'the call needs the token, and has none or a wrong one',
  unavailable: 'Redis, the leader or a host does not answer; the same call may be made again',
  timeout: 'it took longer than the caller would wait',
  internal: 'a bug',
};

export function grpcPage() {
  const proto = readProto();
  const told = new Set();
  const service = (name) => serviceOf(proto, name, told);
  return `${madeFrom('the files of proto/')}

# gRPC

Two services of the package \`outrider.v1\`: \`Coordinator\` on port 7077, for the command line and for programs, and \`Sidecar\`
on port 7070 of each host, for coordinators and other hosts. Both describe themselves by reflection, so that
tools need no file, and answer \`grpc.health.v1\`; \`examples/clients\` has programs that drive a rollout.

- **Token.** A call that is marked needs the metadata \`authorization: Bearer TOKEN\`, with the token from the file \`token\` in
  \`run_dir\`, or that of \`token_file\`.
- **Whom to ask.** Any coordinator: one that does not lead hands on what the leader has to decide.
- **Stream** says that there are any number of messages, one after another.
- Fields that are not set have the zero of their type: \`""\`, 0, false, no entries. Those marked optional can be told from it.
  Times are milliseconds since 1970 where they are numbers, RFC 3339 where they are texts.

## Errors

The text of the status is a sentence for people. Exit codes are those of the command line.

${table(['status', 'when', 'exit code'], Object.entries(STATUS_OF).map(errorRow))}

A call that a server does not have is \`UNIMPLEMENTED\`: it is of another version. One that the caller has given up is
\`CANCELLED\`.

## Coordinator

${service('Coordinator')}

## Sidecar

A person asks coordinators; these calls are what coordinators ask. \`Status\`, \`Samples\` and \`HealthTrends\` are of use by hand.

${service('Sidecar')}
`;
}

const errorRow = ([error, status]) => [
  code(grpc.status[status]),
  WHEN[error] ?? fail(`The error ${error} has no words in scripts/reference/grpc-page.mjs.`),
  exitCodeOfError(new OutriderError(error, '')),
];

function serviceOf(proto, name, told) {
  const { methods } = proto.services.find((one) => one.name === name);
  const grouped = Object.values(GROUPS[name]).flat();
  const rest = methods.filter((method) => !grouped.includes(method.name)).map((method) => method.name);
  const groups = { ...GROUPS[name], ...(rest.length === 0 ? {} : { [`More of a ${name}`]: rest }) };
  return Object.entries(groups)
    .map(([heading, names]) => {
      const some = names.map(
        (wanted) => methods.find((method) => method.name === wanted) ?? fail(`No call ${wanted}.`),
      );
      return groupOf(proto, heading, some, OPEN[name], told);
    })
    .join('\n\n');
}

function groupOf(proto, heading, methods, open, told) {
  const rows = methods.map(({ name, comment, request, response }) => [
    ...[code(name), asked(request), asked(response), open.has(name) ? '' : 'token', prose(comment)],
  ]);
  const messages = reachable(proto, methods, told).map((message) => messageOf(proto, message));
  return [`### ${heading}`, table(['call', 'asks', 'answers', 'needs', 'what it does'], rows), ...messages].join(
    '\n\n',
  );
}

const asked = ({ type, isStream }) => `${isStream ? 'stream of ' : ''}${link(type)}`;

const link = (type) => `[${type}](#${anchor(type)})`;

/** Messages of these calls and whatever is in them, in the order in which a reader meets them; each once in the page. */
function reachable(proto, methods, told) {
  const found = [];
  const visit = (name) => {
    const message = proto.message(name);
    if (message === undefined || told.has(name)) return;
    told.add(name);
    found.push(message);
    for (const { type } of message.fields) visit(type);
  };
  for (const { request, response } of methods) {
    visit(request.type);
    visit(response.type);
  }
  return found;
}

function messageOf(proto, { name, comment, fields }) {
  const rows = fields.map((field) => [code(field.name), typeOf(proto, field), prose(field.comment)]);
  const parts = [comment === '' ? [] : prose(comment), rows.length === 0 ? 'It has no fields.' : tableOf(rows)];
  return [`#### ${name}`, ...parts.flat()].join('\n\n');
}

const tableOf = (rows) => table(['field', 'type', 'meaning'], rows);

function typeOf(proto, { type, keyType, isList, isOptional }) {
  const own = proto.message(type) === undefined ? type : link(type);
  if (keyType !== undefined) return `map of ${keyType} to ${own}`;
  return `${isList ? 'list of ' : ''}${own}${isOptional ? ', optional' : ''}`;
}

function fail(sentence) {
  throw new Error(sentence);
}
