/** One line on a terminal that says how far a long job is; silent elsewhere. Writes to standard error. */
const REDRAW_MS = 100;

export class Progress {
  private readonly isOn = process.stderr.isTTY;
  private what = '';
  private bytes = 0;
  private drawnAt = 0;

  add(what: string, bytes: number): void {
    if (what !== this.what) {
      this.what = what;
      this.bytes = 0;
    }
    this.bytes += bytes;
    if (!this.isOn || Date.now() - this.drawnAt < REDRAW_MS) return;
    this.drawnAt = Date.now();
    process.stderr.write(`\r\u001b[K${this.what}: ${(this.bytes / 1024 / 1024).toFixed(1)} MiB`);
  }

  end(): void {
    if (this.isOn && this.drawnAt > 0) process.stderr.write('\r\u001b[K');
  }
}
