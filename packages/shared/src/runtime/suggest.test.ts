import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from './suggest.js';

describe('suggestions', () => {
  it('finds what was probably meant', () => {
    expect(closest('memry', ['vision', 'memory'])).toBe('memory');
    expect(closest('Replicas', ['replicas'])).toBe('replicas');
    expect(didYouMean('depend_on', ['depends_on', 'command'])).toBe(' Did you mean "depends_on"?');
  });

  it('says nothing rather than nonsense', () => {
    expect(closest('zebra', ['memory', 'vision'])).toBeUndefined();
    expect(closest('a', ['b'])).toBeUndefined();
    expect(closest('x', [])).toBeUndefined();
  });
});
