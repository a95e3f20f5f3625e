import { describe, expect, it } from 'vitest';
import { lineInCell } from './traceback.ts';

const source = 'one\ntwo\nthree\nfour';

describe('the line in the cell', () => {
  it('is that of the innermost frame of the cell itself, not of a function from another cell', () => {
    const traceback = [
      'Cell In[2], line 4\n      3 three\n----> 4 g()\n',
      'Cell In[2], line 2, in g()\n----> 2 f()\n',
      'Cell In[1], line 1, in f()\n----> 1 d["pca"]\n',
    ];
    expect(lineInCell(traceback, 2, source)).toBe(2);
  });

  it('is read from the older forms of IPython, by the arrow', () => {
    expect(lineInCell(['Input In [3], in <cell line: 1>()\n      1 one\n----> 2 two\n'], 3, source)).toBe(2);
    expect(lineInCell(['<ipython-input-3-0a1b2c> in <module>\n      2 two\n----> 3 three\n'], 3, source)).toBe(3);
  });

  it('is unknown when the traceback is of another cell, or of none', () => {
    expect(lineInCell(['Cell In[7], line 2\n'], 3, source)).toBeUndefined();
    expect(lineInCell(['File /opt/lib.py:2, in f()\n----> 2 x\n'], 3, source)).toBeUndefined();
    expect(lineInCell(['Cell In[3], line 2\n'], undefined, source)).toBeUndefined();
    expect(lineInCell([], 3, source)).toBeUndefined();
  });

  it('is never beyond the end of the cell, nor taken from a line of its text', () => {
    expect(lineInCell(['Cell In[3], line 99\n'], 3, source)).toBeUndefined();
    expect(lineInCell(['Cell In[3], line 1\n----> 1 print("x")\n      Cell In[3], line 3\n'], 3, source)).toBe(1);
  });
});
