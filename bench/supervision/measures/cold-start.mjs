// Cold start: from the start of the supervisor to the last agent's stamp; and how many commands it took afterwards to settle.
export async function coldStart(run, agents) {
  const seconds = await run.up(agents);
  const began = performance.now();
  await run.settle();
  run.stamps.read();
  const starts = [...run.stamps.byId.values()].reduce((sum, stamps) => sum + stamps.length, 0);
  return { coldS: seconds, settledAfterS: (performance.now() - began) / 1000, startedTwice: starts - agents.length };
}
