// Tables of the keys of a file: those of a map by themselves, those below it with dots between. A map with a name of its
// own has a table of its own. Pure.
import { anchor, code, prose, table } from './markdown.mjs';

const HEAD = ['key', 'what it takes', 'default', 'meaning'];

/** Sections, the first without a name: `[{ called?, text }]`. */
export function sectionsOf(root) {
  const waiting = [{ called: undefined, node: root }];
  const seen = new Set();
  const sections = [];
  for (const { called, node } of waiting) {
    const found = [];
    const rows = rowsOf(node, '', found);
    sections.push({ called, text: table(HEAD, rows) });
    for (const one of found) {
      if (seen.has(one.called)) continue;
      seen.add(one.called);
      waiting.push({ called: one.called, node: one });
    }
  }
  return sections;
}

function rowsOf({ keys }, prefix, found) {
  return keys.flatMap(([name, node]) => {
    const path = `${prefix}${name}`;
    const below = belowOf(node, path);
    const { own, places } = apart(below);
    found.push(...own);
    const row = [code(path), typeOf(node), defaultOf(node), prose(node.description ?? '')];
    return [row, ...places.flatMap(({ map, at }) => rowsOf(map, `${at}.`, found))];
  });
}

/** Maps that stand at this place, or in a list or a map there: each of them once. */
function belowOf({ keys, forms, item, values, ...node }, at) {
  if (keys !== undefined) return [{ map: { ...node, keys }, at }];
  if (item !== undefined) return belowOf(item, `${at}[]`);
  if (values !== undefined) return belowOf(values, `${at}.NAME`);
  const all = (forms ?? []).flatMap((form) => belowOf(form, at));
  return all.filter(({ map }, index) => all.findIndex((one) => one.map.schema === map.schema) === index);
}

const apart = (below) => ({
  own: below.filter(({ map }) => map.called !== undefined).map(({ map }) => map),
  places: below.filter(({ map }) => map.called === undefined),
});

function typeOf({ says, called, keys, forms, item, values }) {
  if (called !== undefined) return `[${called}](#${anchor(called)})`;
  if (says !== undefined) return prose(says);
  if (keys !== undefined) return 'a map';
  if (item !== undefined) return `a list: ${typeOf(item)}`;
  if (values !== undefined) return `a map of names: ${typeOf(values)}`;
  return [...new Set(forms.map(typeOf))].join(', or ');
}

function defaultOf({ needed, fallback, absent }) {
  if (absent !== undefined) return prose(absent);
  if (needed) return 'needed';
  if (Array.isArray(fallback)) return fallback.map((one) => code(String(one))).join(', ');
  // Of a map its keys say it.
  return fallback === undefined || typeof fallback === 'object' ? '' : code(String(fallback));
}
