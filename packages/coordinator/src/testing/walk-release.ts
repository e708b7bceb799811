/** For tests: a release of three little agents, one of which hides who it is. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const WEB = `import { createServer } from 'node:http';
const server = createServer((request, response) => response.end('here'));
server.listen(18181, process.env.OUTRIDER_HOST_ADDRESS, () => console.log('listening'));
`;

/** Makes its folder in `folder`; returns where. `exit` is put into the middle of what the worker does. */
export function makeRelease(folder: string, net: string, version: string, exit = ''): string {
  const root = join(folder, `walk-${version}`);
  mkdirSync(root, { recursive: true });
  const agentsYaml = `
app: walk
agents:
  web:
    command: [node, web.mjs]
    files: [web.mjs]
    healthcheck: { http: { url: 'http://\${OUTRIDER_HOST_ADDRESS}:18181/' }, interval: 1s }
  # Changes its title, so that its environment cannot be read any more.
  cache:
    command: redis-server --bind ${net}.12 --port 16390 --save "" --dir /tmp
    hosts: [pc2]
    files: [web.mjs]
    healthcheck: { tcp: { address: '${net}.12:16390' }, interval: 1s }
  worker:
    command: [sh, -c, 'sleep 1000 & ${exit} wait']
`;
  writeFileSync(join(root, 'agents.yaml'), agentsYaml);
  writeFileSync(join(root, 'web.mjs'), `${WEB}// ${version}\n`);
  return root;
}
