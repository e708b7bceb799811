// Ignores every polite way of asking it to stop.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => console.log(`${signal}: no`));
setInterval(() => {}, 1_000);
console.log('here to stay');
