// The files that people write: docs/reference/agents-yaml.md, docs/reference/settings.md and the JSON Schemas for editors.
import { settingsSchema as ofCoordinator } from '../../packages/coordinator/dist/config.js';
import { appSchema } from '../../packages/shared/dist/release/agents-schema.js';
import { settingsSchema as ofSidecar } from '../../packages/sidecar/dist/settings.js';
import { describe } from './described.mjs';
import { jsonSchemaOf } from './json-schema.mjs';
import { madeFrom } from './markdown.mjs';
import { sectionsOf } from './settings-table.mjs';

const agents = describe(appSchema);
const sidecar = describe(ofSidecar);
const coordinator = describe(ofCoordinator);

/** Where what is told here in a word is explained. */
const EXPLAINED = {
  agent: '[agents-yaml.md](../agents-yaml.md#an-agent)',
  healthcheck: '[agents-yaml.md](../agents-yaml.md#healthcheck)',
  gate: '[gates.md](../gates.md)',
  hook: '[hooks.md](../hooks.md)',
  step: '[agents-yaml.md](../agents-yaml.md#prepare)',
  redis: '[settings.md](../settings.md#where-redis-is)',
  host: '[installing.md](../installing.md)',
  target: '[operations.md](../operations.md#being-told)',
};

export const agentsPage = () => `${madeFrom('the schema of agents.yaml')}

# agents.yaml, every key

What each is for, with examples: [agents-yaml.md](../agents-yaml.md). Names are lower-case letters, digits, \`.\`, \`_\` and
\`-\`, at most 63, beginning with a letter or digit. Durations have units: \`500ms\`, \`5s\`, \`2m\`, \`1h30m\`; sizes are
\`64M\` or \`2G\`. Keys at the top that begin with \`x-\` are yours.

An editor that knows YAML (VS Code with the YAML extension, Neovim, JetBrains) completes and checks the file by
[docs/schema/agents.schema.json](../schema/agents.schema.json), where its first line says so:

\`\`\`yaml
# yaml-language-server: $schema=PATH-OR-URL/docs/schema/agents.schema.json
\`\`\`

## The file

${pageOf(sectionsOf(agents))}`;

export const settingsPage = () => {
  const [own, ...others] = sectionsOf(sidecar);
  const [leading, ...more] = sectionsOf(coordinator);
  const shared = [...others, ...more].filter(
    ({ called }, index, all) => all.findIndex((one) => one.called === called) === index,
  );
  return `${madeFrom('the schemas of the settings')}

# sidecar.yaml and coordinator.yaml, every key

How to begin: [installing.md](../installing.md); how the environment says the same: [settings.md](../settings.md). \`sidecar run --check-config\` and \`coordinator serve --check-config\`
say whether a file is good. A dot stands for a level: \`drain.limit\` is \`drain: { limit: 90s }\` in the file, and
\`OUTRIDER_SIDECAR__DRAIN__LIMIT=90s\` in the environment, which has the last word. \`[]\` is each of a list, \`NAME\` each of a
map; by the environment those are given whole, as YAML.

Editors complete and check both files by [sidecar.schema.json](../schema/sidecar.schema.json) and
[coordinator.schema.json](../schema/coordinator.schema.json), where the first line says so:

\`\`\`yaml
# yaml-language-server: $schema=PATH-OR-URL/docs/schema/coordinator.schema.json
\`\`\`

## sidecar.yaml

${own.text}

## coordinator.yaml

${leading.text}

${shared.map(sectionOf).join('\n')}`;
};

const pageOf = ([first, ...sections]) => [`${first.text}\n`, ...sections.map(sectionOf)].join('\n');

const sectionOf = ({ called, text }) => `## ${called}\n\nExplained in ${EXPLAINED[called]}.\n\n${text}\n`;

const asFile = (schema) => `${JSON.stringify(schema, null, 2)}\n`;

/** Keys that are the writer's own, for anchors of YAML. */
const EXTENSIONS = { patternProperties: { '^x-': {} } };

export const jsonSchemas = () => ({
  'docs/schema/agents.schema.json': asFile(jsonSchemaOf(agents, 'agents.yaml of Outrider', EXTENSIONS)),
  'docs/schema/sidecar.schema.json': asFile(jsonSchemaOf(sidecar, 'sidecar.yaml of Outrider')),
  'docs/schema/coordinator.schema.json': asFile(jsonSchemaOf(coordinator, 'coordinator.yaml of Outrider')),
});
