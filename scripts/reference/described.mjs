// What a zod schema says of itself, as one tree that tables and JSON Schemas are made of. Pure.
//
// A node is { says?, description?, absent?, needed, fallback?, json?, called?, schema } and one of
//   keys: [name, node][]   a map with these keys           values: node    a map with keys of the writer's choice
//   item: node             a list                          forms: node[]   any of these
//   or none: a value.
import { kindOf } from '../../packages/shared/dist/runtime/kind.js';

export function describe(schema) {
  const outside = { needed: true };
  let here = schema;
  for (;;) {
    const { description, absent } = here.meta() ?? {};
    outside.description ??= description;
    outside.absent ??= absent;
    const { type, innerType, defaultValue } = here.def;
    if (!['optional', 'default', 'prefault'].includes(type)) break;
    outside.needed = false;
    if (type === 'default') outside.fallback = defaultValue;
    here = innerType;
  }
  const { written, ...node } = inside(here);
  const fallback =
    outside.fallback === undefined || written === undefined ? outside.fallback : written(outside.fallback);
  return { ...node, ...outside, fallback };
}

/** Without what is around it. A kind that says all of itself is asked no further. */
function inside(schema) {
  const { says, json, forms, called, written } = kindOf(schema) ?? {};
  const own = { says, called, written };
  if (json !== undefined) return { ...own, json };
  if (forms !== undefined) return { ...own, forms: forms.filter(isPossible).map(describe) };
  const { def } = schema;
  switch (def.type) {
    case 'object':
      return { ...own, schema, keys: Object.entries(def.shape).map(([name, value]) => [name, describe(value)]) };
    case 'record':
      return { ...own, values: describe(def.valueType) };
    case 'array':
      return { ...own, item: describe(def.element) };
    case 'pipe':
      return inner(own, def.in);
    case 'enum':
      return { ...own, says: says ?? oneOf(Object.values(def.entries)), json: { enum: Object.values(def.entries) } };
    case 'literal':
      return { ...own, says: says ?? def.values.join(', '), json: { enum: def.values } };
    case 'boolean':
      return { ...own, says: says ?? 'true or false', json: { type: 'boolean' } };
    case 'string':
      return { ...own, says: says ?? 'a text', json: { type: 'string' } };
    default:
      throw new Error(`A schema of the kind ${def.type} says nothing of itself: give it a kind (runtime/kind.ts).`);
  }
}

/** What is known of the whole goes before what is known of its beginning. */
function inner(own, schema) {
  const found = inside(schema);
  return Object.fromEntries(
    [...new Set([...Object.keys(found), ...Object.keys(own)])].map((key) => [key, own[key] ?? found[key]]),
  );
}

const isPossible = ({ def }) => def.type !== 'never';

const oneOf = (words) => (words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
