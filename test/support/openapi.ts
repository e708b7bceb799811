/** Holds answers against an OpenAPI 3.1 document: the status must be documented, and the body what is documented for it. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

interface Operation {
  readonly security?: readonly object[];
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: { readonly [status: string]: Documented | undefined };
}

interface Documented {
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}

export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

const LINES = 'application/x-ndjson';
const ROOT = 'http://document.test/openapi.json';

export class AgainstOpenApi {
  /** `GET /path 200` of all that was looked at. */
  readonly seen = new Set<string>();
  private readonly ajv: Ajv2020;
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(private readonly document: OpenApi) {
    this.ajv = new Ajv2020({ allErrors: true, strict: false });
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    // Callers may get more members than are named; here each has to be named, or the document tells half of it.
    this.ajv.addSchema({ $id: ROOT, ...closed(document) });
  }

  get operations(): readonly (readonly [method: string, path: string, operation: Operation])[] {
    return Object.entries(this.document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [method.toUpperCase(), path, operation] as const),
    );
  }

  /** Throws where the answer is not as documented. `path`: as in the document. */
  check(method: string, path: string, { status, type, text }: Answered): void {
    const what = `${method} ${path} ${status}`;
    const operation = this.document.paths[path]?.[method.toLowerCase()];
    const documented = operation?.responses[String(status)];
    if (documented === undefined) throw new Error(`${what} is not documented. It was: ${text.slice(0, 300)}`);
    this.seen.add(what);
    const types = Object.keys(documented.content);
    const expected = types.find((one) => type.startsWith(one));
    if (expected === undefined) throw new Error(`${what} is ${type}, documented is ${types.join(', ')}.`);
    if (expected !== 'application/json' && expected !== LINES) return;
    const validate = this.validator(method, path, status, expected);
    // Of lines each is what is documented.
    const values = expected === LINES ? text.split('\n').filter((line) => line !== '') : [text];
    for (const value of values) {
      if (validate(JSON.parse(value))) continue;
      const problems = this.ajv.errorsText(validate.errors, { separator: '\n' });
      throw new Error(`${what} is not as documented:\n${problems}\n${value.slice(0, 2_000)}`);
    }
  }

  private validator(method: string, path: string, status: number, type: string): ValidateFunction {
    const parts = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', type];
    const pointer = [...parts, 'schema'].map((part) =>
      encodeURIComponent(part.replace(/~/g, '~0').replace(/\//g, '~1')),
    );
    const place = `${ROOT}#/${pointer.join('/')}`;
    const found = this.compiled.get(place) ?? this.ajv.compile({ $ref: place });
    this.compiled.set(place, found);
    return found;
  }
}

function closed<T>(value: T): T {
  if (Array.isArray(value)) return value.map(closed) as T;
  if (value === null || typeof value !== 'object') return value;
  const inside = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, closed(member as unknown)]));
  const isObject = inside['type'] === 'object' && inside['properties'] !== undefined;
  return (
    isObject && inside['additionalProperties'] === undefined ? { ...inside, additionalProperties: false } : inside
  ) as T;
}
