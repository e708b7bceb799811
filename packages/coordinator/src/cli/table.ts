/** Rows as aligned columns; nothing is cut. */
export function table(rows: readonly (readonly string[])[], heads?: readonly string[]): string {
  const all = heads === undefined ? rows : [heads, ...rows];
  const widths: number[] = [];
  for (const row of all) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return all
    .map((row) => row.map((cell, index) => cell.padEnd(index === row.length - 1 ? 0 : (widths[index] ?? 0))).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}
