/**
 * A page with the log view on a log of so many lines that is made as it is read, so that the memory of the page is that
 * of the view: `?lines=1000000`. What is measured about it is in the page's `measure`.
 */
import { definePanels } from '@slipway/shared/panels';
import { ScriptedHost, type Script } from './scriptedHost.ts';
import { applyTheme } from './themes.ts';

const lines = Number(new URLSearchParams(location.search).get('lines') ?? 1_000_000);
const lineBytes = 96;
const size = lines * lineBytes;

/** Lines `from` to `to`, each of the same length. */
function text(from: number, to: number): string {
  let made = '';
  for (let line = from; line < to; line += 1) {
    const words = `\u001B[32mstep\u001B[0m ${line}: loss ${(1 / (line + 1)).toFixed(9)} GPU memory ${line % 16} GB`;
    made += `${words.padEnd(lineBytes - 1, '.')}\n`;
  }
  return made;
}

function page(start: number, end: number) {
  const data = text(start / lineBytes, end / lineBytes);
  const times: [number, number][] = [[start, 1_700_000_000_000 + start]];
  const batches =
    data === ''
      ? []
      : [{ step: 'notebook', offset: start, length: data.length, encoding: 'utf8' as const, data, times }];
  return { batches, next: String(end), end: end === size };
}

const script: Script = {
  'runs/get': () => Promise.reject(new Error('not needed')),
  'logs/tail': (params) => page(Math.max(0, size - params.lines * lineBytes), size),
  'logs/read': ({ position, maxBytes }) => {
    const start = Number(position);
    const room = Math.floor((maxBytes ?? 262_144) / lineBytes) * lineBytes;
    return page(start, Math.min(size, start + room));
  },
  'logs/scan': ({ position }) => {
    const start = Number(position);
    const end = Math.min(size, start + 87_381 * lineBytes);
    const pageLines = 2_730;
    const count = (end - start) / lineBytes;
    const marks = Array.from({ length: Math.floor(count / pageLines) }, (_, index): [number, string] => [
      (index + 1) * pageLines,
      String(start + (index + 1) * pageLines * lineBytes),
    ]);
    return { lines: count, bytes: end - start, marks, matches: [], next: String(end), end: end === size };
  },
};

applyTheme(document, 'vscode-dark');
definePanels(document);

/** What is measured in the page. */
export interface LongLogWindow {
  readonly measure: {
    /** Milliseconds from the making of the view to its first rows. */
    open(): Promise<number>;
    /** Milliseconds of the frames while the whole log is scrolled through. */
    scroll(frames: number): Promise<number[]>;
    /** Milliseconds of frames in which nothing is done. */
    idle(frames: number): Promise<number[]>;
  };
}

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
const view = document.createElement('slipway-log-view');

function part<Kind extends Element>(selector: string, kind: new () => Kind): Kind {
  const found = view.renderRoot.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`The log view has no ${selector}.`);
}

const measure: LongLogWindow['measure'] = {
  open: async () => {
    const started = performance.now();
    view.host = new ScriptedHost('en', script);
    view.context = 'local';
    view.run = 'long-0001';
    view.stepNames = ['notebook'];
    document.body.append(view);
    while (view.renderRoot.querySelector('.row') === null) await nextFrame();
    const opened = performance.now() - started;
    while (!part('.lfoot', HTMLElement).innerText.includes('of ')) await nextFrame();
    return opened;
  },
  scroll: async (frames) => {
    const scroller = part('.scroller', HTMLElement);
    const took: number[] = [];
    let last = await nextFrame();
    const range = scroller.scrollHeight - scroller.clientHeight;
    for (let frame = 0; frame < frames; frame += 1) {
      // Some 300 pixels a frame, as somebody does who spins the wheel; now and then a leap to where nothing is loaded.
      if (frame % 25 === 0) scroller.scrollTop = (range * frame) / frames;
      else scroller.dispatchEvent(new WheelEvent('wheel', { deltaY: 300, cancelable: true }));
      if (frame % 25 === 0) scroller.dispatchEvent(new Event('scroll'));
      const now = await nextFrame();
      took.push(now - last);
      last = now;
    }
    return took;
  },
  idle: async (frames) => {
    const took: number[] = [];
    let last = await nextFrame();
    for (let frame = 0; frame < frames; frame += 1) {
      const now = await nextFrame();
      took.push(now - last);
      last = now;
    }
    return took;
  },
};
Object.assign(globalThis, { measure } satisfies LongLogWindow);
