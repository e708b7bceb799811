// What the demo says, with the seconds since its start, and what it has promised to observe.
const began = performance.now();

export const seconds = (since = began) => (performance.now() - since) / 1000;
const stamp = () => `[${seconds().toFixed(1).padStart(5)} s]`;
const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

export const say = (text) => console.log(`${stamp()} ${text}`);
export const chapter = (text) => console.log(`\n${paint(1, text)}`);

const kept = [];
/** States what was just observed. What is false ends the demo: everything after it would be built on sand. */
export function observe(holds, sentence, detail = '') {
  if (!holds) throw new Error(`This was expected and not seen: ${sentence}${detail && `\n${detail}`}`);
  kept.push(sentence);
  console.log(`${stamp()} ${paint(32, '✓')} ${sentence}`);
}

export const observations = () => kept.length;

/** Asks again until `probe` gives something truthy; an error marked `final` ends the waiting. */
export async function eventually(what, probe, withinMs = 20_000) {
  const until = performance.now() + withinMs;
  for (let last = ''; ;) {
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      if (error.final) throw error;
      last = ` (${error.message})`;
    }
    if (performance.now() > until) throw new Error(`Waited ${withinMs / 1000} s in vain until ${what}${last}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
