import { describe, expect, test } from 'vitest';
import { AgainstOpenApi } from './openapi.js';

const content = { 'application/json': { schema: { $ref: '#/components/schemas/One' } } };
const against = new AgainstOpenApi({
  paths: { '/one/{name}': { get: { parameters: [], responses: { 200: { content } } } } },
  components: {
    schemas: {
      One: {
        ...{ type: 'object', required: ['at'] },
        properties: { at: { type: 'string', format: 'date-time' }, of: { type: 'array', items: { type: 'integer' } } },
      },
    },
  },
});
const check =
  (text: string, status = 200, type = 'application/json; charset=utf-8') =>
  () =>
    against.check('GET', '/one/{name}', { status, type, text });

describe('an answer', () => {
  test('that is as documented', () => {
    expect(check('{"at":"2026-01-01T00:00:00.000Z","of":[1]}')).not.toThrow();
  });

  test.each([
    ['misses a member', '{}', /required property 'at'/],
    ['has one that nobody has named', '{"at":"2026-01-01T00:00:00.000Z","more":1}', /additional properties/],
    ['has one of another type', '{"at":"2026-01-01T00:00:00.000Z","of":["x"]}', /must be integer/],
    ['has no such format', '{"at":"yesterday"}', /date-time/],
  ])('that %s', (_, text, problem) => {
    expect(check(text)).toThrow(problem);
  });

  test('of a status or a type that is not documented', () => {
    expect(check('{}', 418)).toThrow(/not documented/);
    expect(check('ok', 200, 'text/plain')).toThrow(/documented is application\/json/);
  });
});
