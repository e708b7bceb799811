/**
 * The Mann-Whitney U test (Wilcoxon rank sum) of whether values tend to be higher in one sample than in another, by the
 * normal approximation with correction for ties and for continuity: what R calls
 * `wilcox.test(x, y, alternative = "greater", exact = FALSE)`. No assumption on how the values are distributed.
 */
export interface MannWhitney {
  /** Pairs in which x is higher, ties as a half: R's W. */
  readonly u: number;
  /** One-sided: the chance of so high an x where there is no difference. 1 where all values are the same. */
  readonly p: number;
}

export function mannWhitneyGreater(x: readonly number[], y: readonly number[]): MannWhitney {
  const [n, m] = [x.length, y.length];
  if (n === 0 || m === 0) return { u: 0, p: 1 };
  const { rankSum, ties } = ranksOf(x, y);
  const u = rankSum - (n * (n + 1)) / 2;
  const all = n + m;
  const variance = ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)));
  if (variance <= 0) return { u, p: 1 };
  const z = (u - (n * m) / 2 - 0.5) / Math.sqrt(variance);
  return { u, p: upperTail(z) };
}

/** Of x among both, the mean rank where values are the same; `ties` is the sum of t^3 - t over their groups. */
function ranksOf(x: readonly number[], y: readonly number[]): { readonly rankSum: number; readonly ties: number } {
  const all = [...x.map((value) => ({ value, ofX: 1 })), ...y.map((value) => ({ value, ofX: 0 }))];
  all.sort((a, b) => a.value - b.value);
  let [rankSum, ties] = [0, 0];
  for (let from = 0; from < all.length;) {
    let to = from;
    let ofX = 0;
    for (; to < all.length && all[to]?.value === all[from]?.value; to += 1) ofX += all[to]?.ofX ?? 0;
    const size = to - from;
    rankSum += ofX * (from + (size + 1) / 2);
    ties += size ** 3 - size;
    from = to;
  }
  return { rankSum, ties };
}

/** Of the normal distribution. Error below 1.2e-7 of the value (Numerical Recipes, erfcc). */
export function upperTail(z: number): number {
  const a = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + a / 2);
  const terms = [
    ...[-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806],
    ...[0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277],
  ];
  const series = terms.reduceRight((sum, term) => sum * t + term, 0);
  const half = (t * Math.exp(-a * a + series)) / 2;
  return z >= 0 ? half : 1 - half;
}
