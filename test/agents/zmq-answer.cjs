// Answers every ZeroMQ question with the same words: zmq-answer.cjs ADDRESS WORDS. Needs NODE_PATH to find zeromq.
const { Reply } = require('zeromq');
const [address, words = 'healthy'] = process.argv.slice(2);
(async () => {
  const socket = new Reply({ linger: 0 });
  await socket.bind(address);
  for await (const _ of socket) await socket.send(words);
})();
process.once('SIGTERM', () => process.exit(0));
