// Answers 200 until FILE exists, from then on 503 and 200 by turns; logs each status: every-other.mjs HOST:PORT FILE.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
const [host, port] = process.argv[2].split(':');
let bad = false;
createServer((_, response) => {
  bad = existsSync(process.argv[3]) && !bad;
  console.log(bad ? 503 : 200);
  response.writeHead(bad ? 503 : 200).end();
}).listen(Number(port), host);
process.once('SIGTERM', () => process.exit(0));
