// Needs SECONDS to stop: slow-stop.mjs SECONDS.
const seconds = Number(process.argv[2] ?? 5);
process.once('SIGTERM', () => {
  console.log(`stopping, which takes ${seconds} s`);
  setTimeout(() => process.exit(0), seconds * 1000);
});
setInterval(() => {}, 1_000);
console.log('slow to stop');
