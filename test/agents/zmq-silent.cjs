// Takes ZeroMQ questions and never answers: zmq-silent.cjs ADDRESS. Needs NODE_PATH to find zeromq.
const { Reply } = require('zeromq');
(async () => {
  const socket = new Reply({ linger: 0 });
  await socket.bind(process.argv[2]);
  await socket.receive();
  setInterval(() => socket.closed, 1_000);
})();
