import { describe, expect, it } from 'vitest';
import { hostVariablesIn, interpolate } from './interpolation.js';

const settings: Readonly<Record<string, string>> = { NAME: 'x', EMPTY: '' };
const fill = (text: string) => interpolate(text, (name) => settings[name]);

describe('interpolate', () => {
  it.each([
    ['a ${NAME} b', 'a x b'],
    ['${NAME:-y}', 'x'],
    ['${EMPTY:-y}', 'y'],
    ['${EMPTY-y}', ''],
    ['${OTHER:-y z}', 'y z'],
    ['${OTHER:-}', ''],
    ['$$NAME $${NAME}', '$NAME ${NAME}'],
    ['$NAME costs 5$', '$NAME costs 5$'],
    ['${OUTRIDER_HOST}:${NAME}', '${OUTRIDER_HOST}:x'],
  ])('%s becomes %s', (text, expected) => {
    expect(fill(text)).toEqual({ text: expected, problems: [] });
  });

  it('names what is not set', () => {
    expect(fill('${OTHER}').problems).toEqual([{ kind: 'unset', name: 'OTHER' }]);
  });

  it.each(['${', '${NAME', '${}', '${1A}', '${NAME:?no}', '${a b}'])('refuses %s', (text) => {
    expect(fill(text).problems).toEqual([{ kind: 'malformed', reference: text }]);
  });

  it('finds the variables of the host, escaped ones left out', () => {
    expect(hostVariablesIn('${OUTRIDER_HOST} ${NAME} ${OUTRIDER_NO} $${OUTRIDER_BUS}')).toEqual([
      'OUTRIDER_HOST',
      'OUTRIDER_NO',
    ]);
  });
});
