import { describe, expect, test } from 'vitest';
import { LARGEST_FRAME_BYTES, parseFrame } from './frame.js';

const parse = (text: string) => parseFrame([Buffer.from(text)]);

describe('frames that are taken', () => {
  test.each([
    ['{"type":"beat"}', { type: 'beat' }],
    ['{"type":"beat","seq":7,"busy":true}', { type: 'beat', seq: 7, busy: true }],
    ['{"type":"beat","seq":0,"more":"is ignored"}', { type: 'beat', seq: 0 }],
    [
      '{"type":"error","error_type":"timeout","severity":"critical","message":"m","context":{"a":1}}',
      { type: 'error', errorType: 'timeout', severity: 'critical', message: 'm', context: { a: 1 } },
    ],
    [
      '{"type":"error","error_type":"timeout"}',
      { type: 'error', errorType: 'timeout', severity: 'error', message: '', context: {} },
    ],
    [
      '{"type":"metric","name":"tasks_done","value":3,"kind":"counter"}',
      { type: 'metric', name: 'tasks_done', value: 3, kind: 'counter' },
    ],
    ['{"type":"metric","name":"load","value":-0.5}', { type: 'metric', name: 'load', value: -0.5, kind: 'gauge' }],
    ['{"type":"extend","seconds":1.5}', { type: 'extend', ms: 1500 }],
  ])('%s', (text, frame) => {
    expect(parse(text)).toEqual({ ok: true, frame });
  });
});

describe('frames that are dropped, and what they are counted as', () => {
  test.each([
    ['', 'not_json'],
    ['beat', 'not_json'],
    ['{"type":"beat"', 'not_json'],
    ['null', 'no_type'],
    ['7', 'no_type'],
    ['[]', 'no_type'],
    ['["type"]', 'no_type'],
    ['{}', 'no_type'],
    [`{"type":"error","error_type":"x","context":{"a":${'['.repeat(3000)}${']'.repeat(3000)}}}`, 'wrong_member'],
    [`{"type":"error","error_type":"x","context":${'{"a":'.repeat(33)}1${'}'.repeat(33)}}`, 'wrong_member'],
    ['{"type":null}', 'no_type'],
    ['{"type":5}', 'no_type'],
    ['{"type":"ping"}', 'unknown_type'],
    ['{"type":"constructor"}', 'unknown_type'],
    ['{"type":"__proto__"}', 'unknown_type'],
    ['{"type":"beat","seq":"7"}', 'wrong_member'],
    ['{"type":"beat","seq":-1}', 'wrong_member'],
    ['{"type":"beat","seq":1.5}', 'wrong_member'],
    ['{"type":"beat","busy":1}', 'wrong_member'],
    ['{"type":"error"}', 'wrong_member'],
    ['{"type":"error","error_type":""}', 'wrong_member'],
    ['{"type":"error","error_type":"x","severity":"fatal"}', 'wrong_member'],
    ['{"type":"error","error_type":"x","context":[]}', 'wrong_member'],
    ['{"type":"error","error_type":"x","message":5}', 'wrong_member'],
    [`{"type":"error","error_type":"x","message":"${'y'.repeat(9000)}"}`, 'wrong_member'],
    ['{"type":"metric","name":"a b","value":1}', 'wrong_member'],
    ['{"type":"metric","name":"9a","value":1}', 'wrong_member'],
    ['{"type":"metric","name":"a"}', 'wrong_member'],
    ['{"type":"metric","name":"a","value":"1"}', 'wrong_member'],
    ['{"type":"metric","name":"a","value":1e999}', 'wrong_member'],
    ['{"type":"metric","name":"a","value":-1,"kind":"counter"}', 'wrong_member'],
    ['{"type":"metric","name":"a","value":1,"kind":"histogram"}', 'wrong_member'],
    ['{"type":"extend"}', 'wrong_member'],
    ['{"type":"extend","seconds":0}', 'wrong_member'],
    ['{"type":"extend","seconds":-1}', 'wrong_member'],
    ['{"type":"extend","seconds":86400}', 'wrong_member'],
  ])('%s', (text, refusal) => {
    expect(parse(text)).toEqual({ ok: false, refusal });
  });

  test('by their form', () => {
    const large = Buffer.from(`{"type":"beat","x":"${'y'.repeat(LARGEST_FRAME_BYTES)}"}`);
    expect(parseFrame([large])).toEqual({ ok: false, refusal: 'too_large' });
    expect(parseFrame([Buffer.from('{"type":"beat"}'), Buffer.from('')])).toEqual({ ok: false, refusal: 'many_parts' });
    expect(parseFrame([])).toEqual({ ok: false, refusal: 'many_parts' });
    expect(parseFrame([Buffer.from([0x22, 0xff, 0x22])])).toEqual({ ok: false, refusal: 'not_json' });
    expect(parseFrame([Buffer.from('['.repeat(60_000))])).toEqual({ ok: false, refusal: 'not_json' });
  });

  test('a frame of exactly 64 KiB is taken', () => {
    const text = '{"type":"beat","x":""}';
    const full = text.replace('""', `"${'y'.repeat(LARGEST_FRAME_BYTES - text.length)}"`);
    expect(full).toHaveLength(LARGEST_FRAME_BYTES);
    expect(parse(full).ok).toBe(true);
  });
});
