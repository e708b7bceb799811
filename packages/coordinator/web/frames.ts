/** Calls back once for however many changes, in step with the screen, and not so often that nothing else gets time. */
const LEAST_MS = 100;

export function batched(draw: () => void): () => void {
  let isDue = false;
  let drawnAt = -Infinity;
  const now = (): void => {
    isDue = false;
    drawnAt = performance.now();
    draw();
  };
  return () => {
    if (isDue) return;
    isDue = true;
    const wait = Math.max(0, drawnAt + LEAST_MS - performance.now());
    // A page that nobody sees gets no frames.
    setTimeout(() => (document.hidden ? now() : requestAnimationFrame(now)), wait);
  };
}
