import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tokensOf } from './tokens.js';

test("a bad file of the fleet's token locks nobody out who has this sidecar's own", () => {
  const runDir = mkdtempSync(join(tmpdir(), 'outrider-tokens-'));
  try {
    const tokenFile = join(runDir, 'fleet');
    const told: string[] = [];
    writeFileSync(tokenFile, 'short\n');
    const tokens = tokensOf({ runDir, tokenFile }, (sentence) => told.push(sentence));
    expect([tokens.accepted(), tokens.ofFleet()]).toEqual([[tokens.own], tokens.own]);
    expect(told).toEqual([expect.stringMatching(/fleet holds no token .* the coordinator cannot give orders/)]);
    writeFileSync(tokenFile, 'a-token-for-the-whole-fleet\n');
    expect(tokens.accepted()).toEqual([tokens.own, 'a-token-for-the-whole-fleet']);
  } finally {
    rmSync(runDir, { recursive: true });
  }
});
