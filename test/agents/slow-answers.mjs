// Answers well, and while FILE exists only after MILLISECONDS: slow-answers.mjs HOST:PORT FILE MILLISECONDS.
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
const [host, port] = process.argv[2].split(':');
const delayMs = () => (existsSync(process.argv[3]) ? Number(process.argv[4]) : 0);
createServer((_, response) => setTimeout(() => response.end('well\n'), delayMs())).listen(Number(port), host);
process.once('SIGTERM', () => process.exit(0));
