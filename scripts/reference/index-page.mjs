// docs/reference/README.md: which page has what.
import { madeFrom, table } from './markdown.mjs';

const PAGES = [
  ['[cli.md](../cli.md)', 'every verb of `sidecar` and `coordinator`', 'the commands themselves'],
  ['[agents-yaml.md](agents-yaml.md)', 'every key of agents.yaml, with what it takes and its default', 'its schema'],
  ['[settings.md](settings.md)', 'every key of sidecar.yaml and coordinator.yaml', 'their schemas'],
  ['[metrics.md](metrics.md)', 'every metric, with its type, labels and meaning', "the programs' registries"],
  ['[events.md](events.md)', 'every event: when it is sent, and what is in it', 'the types of events'],
  ['[grpc.md](grpc.md)', 'every call and message, which need a token, and the errors', 'the files of proto/'],
  ['[../schema/](../schema/)', 'JSON Schemas of the three files, for editors', 'their schemas'],
  ['[rest.md](../rest.md), `GET /openapi.json`', 'REST; the document is served', 'the routes themselves'],
];

export const indexPage = () => `${madeFrom('scripts/reference/')}

# Reference

What there is, complete and short. Each page is made from the source that it speaks of by \`npm run reference\`, and
\`npm run check\` fails where one is stale. Why and how is told in the other pages of [docs](../).

${table(['page', 'what is in it', 'made from'], PAGES)}
`;
