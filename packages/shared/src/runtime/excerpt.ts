const LONGEST = 500;

/** One line of what an agent said, fit for a log. */
export function excerpt(text: string): string {
  // Control characters would garble a terminal.
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}
