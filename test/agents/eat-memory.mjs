// Takes so many MiB of memory at once, and keeps them: node eat-memory.mjs [MIB], 512 if nothing is said.
const [mib = '512'] = process.argv.slice(2);
const eaten = Buffer.alloc(Number(mib) << 20, 1);
setInterval(() => eaten.fill(1), 1_000);
