/** The OpenAPI document, made of the very routes that serve. */
import { z } from 'zod';
import type { Parameter } from './parameters.js';
import type { RestRoute, Shape } from './route.js';
import { Failure, shapes } from './shapes.js';

type Json = Readonly<Record<string, unknown>>;

const VERSION = '1';
const DESCRIPTION = `Supervision of AI agents and rollouts over their hosts. Lists are those of the command line's \`--json\`.

What changes something, and what may show secrets, needs the token: \`Authorization: Bearer TOKEN\`, from the file
\`token\` in run_dir. Long lists have a header \`Link: <...>; rel="next"\`. Members that are not named here may come with
a later version. HEAD is understood wherever GET is.`;

/** What may be answered whatever is asked. */
const ERRORS: Readonly<Record<number, string>> = {
  400: 'What was asked is not understood: which parameter or member, and what is expected.',
  403: 'The page of another site asks, or by a name that is not of this machine.',
  404: 'There is no such thing.',
  409: 'It is understood, and refused: by whom, or why.',
  500: 'A bug.',
  503: 'Redis, the leader or a host does not answer.',
  504: 'It took too long.',
};
const WITH_TOKEN: Readonly<Record<number, string>> = { 401: 'It needs the token.' };
const WITH_BODY: Readonly<Record<number, string>> = { 413: 'The body is too long.' };

export function openapiOf(routes: readonly RestRoute[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      ...{ title: 'Outrider coordinator', version: VERSION, description: DESCRIPTION },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'Ports 7777 and 7779 have the same.' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: namedSchemas(),
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operationOf(route: RestRoute): Json {
  const { method, path, summary, description, tag, parameters, body, token, answers, link } = route;
  const errors = { ...ERRORS, ...(token ? WITH_TOKEN : {}), ...(body === undefined ? {} : WITH_BODY) };
  const good = Object.entries(answers).map(([status, { description: what, shape, line }]) => [
    status,
    {
      ...{ description: what, ...(link === true ? LINK : {}) },
      content: { ...contentOf(shape), ...(line === undefined ? {} : { [LINES]: { schema: schemaOf(line) } }) },
    },
  ]);
  const bad = Object.entries(errors).map(([status, what]) => [
    status,
    { description: what, content: contentOf(Failure) },
  ]);
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^a-z]+([a-z]?)/g, (_, letter: string) => letter.toUpperCase())}`,
    ...{ summary, ...(description === undefined ? {} : { description }), tags: [tag] },
    parameters: Object.entries(parameters).map(([name, parameter]) => parameterOf(path, name, parameter)),
    ...(body === undefined ? {} : { requestBody: { content: contentOf(body) } }),
    ...(token ? { security: [{ token: [] }] } : {}),
    responses: Object.fromEntries([...bad, ...good]),
  };
}

/** The schema beside it is that of each line. */
const LINES = 'application/x-ndjson';

const LINK = {
  headers: { Link: { description: '`rel="next"`, where there is more.', schema: { type: 'string' } } },
};

function parameterOf(path: string, name: string, { description, schema, required }: Parameter): Json {
  const isInPath = path.includes(`{${name}}`);
  return {
    ...{ name, in: isInPath ? 'path' : 'query', description, schema },
    ...(isInPath || required === true ? { required: true } : {}),
  };
}

const contentOf = (shape: Shape): Json =>
  'type' in shape && !(shape instanceof z.ZodType)
    ? { [shape.type]: { schema: { type: 'string' } } }
    : { 'application/json': { schema: schemaOf(shape) } };

const uri = (id: string): string => `#/components/schemas/${id}`;

/** One that has a name is told by it; others are told whole, with the names of those in them. */
function schemaOf(shape: z.ZodType): unknown {
  const id = shapes.get(shape)?.id;
  if (id !== undefined) return { $ref: uri(id) };
  const element = shape instanceof z.ZodArray ? shapes.get(shape.element as z.ZodType)?.id : undefined;
  if (element !== undefined) return { type: 'array', items: { $ref: uri(element) } };
  return plain(z.toJSONSchema(shape, { io: 'input' }));
}

function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(shapes, { io: 'input', uri });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]));
}

/** Without what says where a schema stands: here it stands in this document. */
function plain(schema: object): Json {
  const { $schema: _schema, $id: _id, ...rest } = schema as Record<string, unknown>;
  return rest;
}
