// Writes docs/cli.md, the reference of both programs, from what their commands say of themselves (what --help and the
// manual pages are made of too). With --check: fails where it is stale. Reads what `tsc -b` made.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = `${root}docs/cli.md`;
const dist = (path) => import(`${root}packages/${path}`);

const [{ markdownOf }, { verbPages }, coordinator, sidecar] = await Promise.all([
  dist('shared/dist/cli/manual/markdown.js'),
  dist('shared/dist/cli/manual/verb-pages.js'),
  dist('coordinator/dist/cli/main.js'),
  dist('sidecar/dist/cli/program.js'),
]);
const nobody = () => Promise.resolve();
const text = `<!-- Made by \`node scripts/reference.mjs\` from the commands themselves: change those. -->

# Commands

Every verb of both programs, as \`--help\` says it. \`VERB --help\` says it in the terminal, \`man\` as a manual page
(\`coordinator man rollout | man -l -\`; \`coordinator man --output DIR\` writes all), and \`completion\` completes all of it
in bash, zsh and fish. What is told of a program under Everywhere goes with each of its verbs. Exit codes:
[operations.md](operations.md).

With \`--json\`, which every verb takes, nothing but JSON goes to standard output. What goes wrong is a line
\`{"error":"SENTENCE"}\` there, the last one, besides the exit code and the same sentence on standard error.

${markdownOf(verbPages(coordinator.programOf(nobody)))}

${markdownOf(verbPages(sidecar.programOf(nobody)))}
`;
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (text !== readOr('')) {
  console.error('docs/cli.md does not match the commands. Run: npm run build && npm run reference');
  process.exitCode = 1;
}

function readOr(missing) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return missing;
  }
}
