import { describe, expect, it } from 'vitest';
import { FakeIo } from '../testing/fakeIo.ts';
import { plain, toned, type Line } from './line.ts';
import { LiveRegion } from './liveRegion.ts';
import { Output } from './output.ts';

function setUp(columns: number, rows: number) {
  const io = new FakeIo({ terminal: { columns, rows } });
  const output = new Output(io.stdout, { colours: true, isTerminal: true, onFailure: () => undefined });
  const { screen } = io;
  if (screen === undefined) throw new Error('there is no screen');
  return { io, output, screen, region: new LiveRegion(output, io) };
}

const line = (text: string): Line => [plain(text)];

describe('lines that are painted in place', () => {
  it('replaces what it painted and scrolls nothing away', () => {
    const { output, screen, region } = setUp(20, 10);
    output.write('before\n');
    for (let turn = 0; turn < 100; turn += 1) region.update([line(`turn ${turn}`), line('below')]);
    expect(screen.text).toBe('before\nturn 99\nbelow');
    expect(screen.scrolledOff).toEqual([]);
  });

  it('leaves nothing of a longer or taller picture', () => {
    const { screen, region } = setUp(20, 10);
    region.update([line('a long line here'), line('two'), line('three')]);
    region.update([line('short')]);
    expect(screen.text).toBe('short');
  });

  it('cuts lines at the width, wide characters whole', () => {
    const { screen, region } = setUp(10, 10);
    region.update([
      line('细胞细胞细胞细胞'),
      line('abcdefghijklmnop'),
      [toned('good', 'abc'), toned('bad', '细胞细胞细胞')],
    ]);
    expect(screen.text).toBe('细胞细胞…\nabcdefgh…\nabc细胞…');
    region.update([line('x')]);
    expect(screen.text).toBe('x');
  });

  it('hides the cursor while it paints and gives it back', () => {
    const { screen, region } = setUp(20, 10);
    region.update([line('x')]);
    expect(screen.cursorVisible).toBe(false);
    region.finish();
    expect(screen.cursorVisible).toBe(true);
    region.update([line('y')]);
    region.clear();
    expect(screen.cursorVisible).toBe(true);
    expect(screen.text).toBe('x');
  });

  it.each([12, 7, 40])('repaints without remains when the window is made %i columns wide', (columns) => {
    const { io, output, screen, region } = setUp(20, 30);
    output.write('before\n');
    const lines = [line('eighteen columns x'), line('细胞细胞细胞细胞细'), line('3')];
    region.update(lines);
    io.resize(columns);
    region.repaint(lines);
    region.update([line('end')]);
    expect(screen.text).toBe('before\nend');
  });

  it('shows the last lines where the window is too low for all', () => {
    const { output, screen, region } = setUp(20, 4);
    output.write('before\n');
    region.update(['1', '2', '3', '4', '5'].map(line));
    region.update(['1', '2', '3', '4', '6'].map(line));
    expect(screen.transcript).toBe('before\n3\n4\n6');
  });

  it('prints above itself', () => {
    const { screen, region } = setUp(20, 10);
    region.update([line('bar 1')]);
    region.print('a log line\n');
    region.update([line('bar 2')]);
    region.print('another\n');
    expect(screen.text).toBe('a log line\nanother\nbar 2');
  });
});
