// Stops when asked, but with an exit code that looks like a crash.
process.once('SIGTERM', () => process.exit(3));
setInterval(() => {}, 1_000);
console.log('bad at stopping');
