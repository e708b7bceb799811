// Uses all of the processor that it gets for as long as FILE exists, else next to none: burn-on-mark.mjs FILE.
import { existsSync } from 'node:fs';
const [, , mark] = process.argv;
const look = () => {
  const isBurning = existsSync(mark);
  const until = performance.now() + (isBurning ? 100 : 0);
  while (performance.now() < until);
  setTimeout(look, isBurning ? 0 : 250);
};
look();
