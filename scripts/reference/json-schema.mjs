// JSON Schema (draft 7, which editors know best) of what is written in a file. What it refuses the programs refuse too;
// they refuse more, with better words. Pure.

/** `more`: members of the outermost map beside its own. */
export function jsonSchemaOf(node, title, more = {}) {
  const definitions = {};
  const body = schemaOf(node, definitions);
  return {
    ...{ $schema: 'http://json-schema.org/draft-07/schema#', title },
    ...{ ...body, ...more },
    ...(Object.keys(definitions).length === 0 ? {} : { definitions }),
  };
}

function schemaOf(node, definitions) {
  const { description, absent, fallback } = node;
  const words = [description, absent === undefined ? undefined : `Default: ${absent}.`].filter(Boolean).join(' ');
  const about = {
    ...(words === '' ? {} : { description: words }),
    ...(fallback === undefined || absent !== undefined || isEmpty(fallback) ? {} : { default: fallback }),
  };
  const body = bodyOf(node, definitions);
  // Whatever stands beside a reference is passed over.
  return '$ref' in body && Object.keys(about).length > 0 ? { ...about, allOf: [body] } : { ...about, ...body };
}

/** Nothing, in the form that the program has it. */
const isEmpty = (value) => typeof value === 'object' && Object.keys(value).length === 0;

function bodyOf({ json, forms, values, item, keys, called }, definitions) {
  if (json !== undefined) return json;
  if (forms !== undefined) return { anyOf: forms.map((form) => schemaOf(form, definitions)) };
  if (values !== undefined) return { type: 'object', additionalProperties: schemaOf(values, definitions) };
  if (item !== undefined) return { type: 'array', items: schemaOf(item, definitions) };
  if (called === undefined) return mapOf(keys, definitions);
  if (!Object.hasOwn(definitions, called)) {
    definitions[called] = {};
    definitions[called] = mapOf(keys, definitions);
  }
  return { $ref: `#/definitions/${called}` };
}

function mapOf(keys, definitions) {
  const required = keys.filter(([, { needed }]) => needed).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(keys.map(([name, node]) => [name, schemaOf(node, definitions)])),
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
}
