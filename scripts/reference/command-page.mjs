// docs/cli.md: both programs, from what their commands say of themselves (what --help and the manual pages are made of too).
import * as coordinator from '../../packages/coordinator/dist/cli/main.js';
import { markdownOf } from '../../packages/shared/dist/cli/manual/markdown.js';
import { verbPages } from '../../packages/shared/dist/cli/manual/verb-pages.js';
import * as sidecar from '../../packages/sidecar/dist/cli/program.js';

const nobody = () => Promise.resolve();

export const commandPage =
  () => `<!-- Made by \`node scripts/reference.mjs\` from the commands themselves: change those. -->

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
