import { widthOf } from '@outrider/shared/cli/width.js';
import { describe, expect, it } from 'vitest';
import { RedrawnBlock } from './redrawn-block.js';
import { blockOf, type BlockLook } from './rollout-block.js';
import type { Explained } from './rollout-view.js';
import { screenOf } from '../../../../test/support/screen.js';

const LOOK: BlockLook = {
  ...{ samples: new Map(), frame: 1, away: false, over: false, now: 61_000, columns: 80, rows: 24 },
};
const TO = { version: '2.0.0' };
const rollout = (more: object = {}): Explained =>
  ({
    ...{ id: 'r7', app: 'crew', version: '2.0.0', phase: 'switching', paused: false, startedAt: 1_000 },
    hosts: ['committed', 'trial', 'pending'].map((state, index) => ({ host: `pc${index}`, state, times: {}, to: TO })),
    gates: [{ name: 'errors', outcome: 'fail', passed: 1, count: 3, failed: 1 }],
    ...more,
  }) as unknown as Explained;
const culprit = { host: 'pc1', agent: 'vision', instance: 0, cause: 'exit code 3', log: ['no model\u001b[2J', 'bye'] };

describe('the block', () => {
  it('has the head, each host with its steps, gates and the culprit', () => {
    expect(blockOf(rollout({ culprit }), LOOK)).toEqual([
      '\\ r7  2.0.0  switching  60 s',
      '    pc0  #####  committed',
      '    pc1  ####.  trial',
      '    pc2  .....  pending',
      '  gate errors  fail 1/3, 1 bad',
      '  vision.0 on pc1: exit code 3',
      '    | no model\u241b[2J',
      '    | bye',
    ]);
  });

  it('fits any terminal: hosts that stand still are counted, gates and the culprit are always there', () => {
    const hosts = Array.from({ length: 131 }, (_, index) => ({
      ...{ host: `host-${index}`, times: {}, to: TO },
      state: index === 100 ? 'reverting' : index < 100 ? 'committed' : 'pending',
    }));
    for (const [columns, rows] of [
      [200, 60],
      [80, 24],
      [30, 12],
      [12, 8],
    ] as const) {
      const lines = blockOf(rollout({ hosts, culprit }), { ...LOOK, columns, rows });
      expect(lines.length).toBeLessThanOrEqual(rows - 1);
      expect(lines.every((line) => widthOf(line) < columns)).toBe(true);
      if (columns < 80) continue;
      expect(lines.join('\n')).toContain('host-100  <<<<<  reverting');
      expect(lines.join('\n')).toMatch(/and \d+ more: \d+ committed, 30 pending\n {2}gate errors/);
      expect(lines.at(-1)).toBe('    | bye');
    }
  });
});

describe('drawn again and again', () => {
  it('leaves one copy, below what stays, also where the terminal has become narrower meanwhile', () => {
    let output = '';
    let columns = 40;
    const block = new RedrawnBlock({
      write: (text) => (output += text.replaceAll('\n', '\r\n')),
      size: () => ({ columns, rows: 24 }),
    });
    block.draw(['first', 'x'.repeat(39)]);
    block.draw(['second', 'y'.repeat(39)], 'this stays');
    const narrower = output.length;
    columns = 10;
    block.draw(['third']);
    block.leave();
    output += 'below\r\n';
    const screen = screenOf(output, { columns: 40, resizes: [{ at: narrower, columns: 10 }] });
    expect(screen).toEqual(['this stays', 'third', 'below']);
  });
});
