// Has the shared socket, never accepts from it, and looks alive otherwise.
setInterval(() => {}, 1_000);
console.log(`LISTEN_FDS=${process.env.LISTEN_FDS}, and nobody at home`);
