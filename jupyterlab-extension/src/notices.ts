import { Notification } from '@jupyterlab/apputils';
import type { Run } from '@slipway/shared/protocol';
import { SlipwayError } from '@slipway/shared/protocol';
import { runView, shortName } from '@slipway/shared/views';
import { troubleIn, type HostWords } from './words/index.ts';

/** JupyterLab shows 140 characters of a notice: what is said of a run has to be among them. */
const longestName = 60;

/** JupyterLab draws an update of a toast so much later at most, in milliseconds. */
const settledMs = 100;
/** So long a toast may take to be drawn on a machine that is busy, ms. Where notices are silenced it never is. */
const drawnMs = 10_000;
/** Whoever waits for a toast to go waits no longer, ms. */
const goneMs = 2_000;

/** A notebook's name as notices tell it. */
export function noticeName(title: string): string {
  return shortName(title, longestName);
}

/** What JupyterLab tells in its corner, and keeps in its list of notifications. */
export class Notices {
  readonly #words: HostWords;
  readonly #now: () => number;
  readonly #openRun: (run: Run) => void;

  constructor(words: HostWords, now: () => number, openRun: (run: Run) => void) {
    this.#words = words;
    this.#now = now;
    this.#openRun = openRun;
  }

  /** Goes on until the result is asked to end, which resolves when it no longer moves others; `update` says what is being done now. */
  progress(text: string): { update(text: string): void; end(): Promise<void> } {
    const id = Notification.emit(text, 'in-progress', { autoClose: false });
    return {
      update: (message) => {
        Notification.update({ id, message });
      },
      end: () => Promise.race([dismissOnceDrawn(id), waitMs(goneMs)]),
    };
  }

  failed(error: unknown): void {
    if (SlipwayError.is(error, 'cancelled')) return;
    const { message, action } = troubleIn(error, this.#words);
    Notification.error(action === undefined ? message : `${message}\n${action}`, { autoClose: false });
  }

  /** Asks to sign in. Resolves with false once the person has put the notice away. @param onSignIn called in the click */
  askToSignIn(context: string, onSignIn: () => void): Promise<boolean> {
    const { signIn } = this.#words.shared;
    return new Promise((resolve) => {
      const callback = (): void => {
        onSignIn();
        resolve(true);
      };
      const actions = [{ label: signIn.signIn, displayType: 'accent' as const, callback }];
      const own = Notification.emit(signIn.goOn(context), 'warning', { autoClose: false, actions });
      const { changed } = Notification.manager;
      const onChange = (_: unknown, { type, notification: { id } }: Notification.IChange): void => {
        if (type !== 'removed' || id !== own) return;
        changed.disconnect(onChange);
        // After a press it has been said already.
        resolve(false);
      };
      changed.connect(onChange);
    });
  }

  warn(text: string): void {
    Notification.warning(text, { autoClose: false });
  }

  ended(run: Run): void {
    const { word, detail, elapsed, state } = runView(run, this.#words.shared, this.#now());
    const text = [`${noticeName(run.title)}: ${word}`, detail, elapsed].filter((part) => part !== '').join(' · ');
    const actions = [{ label: this.#words.lab.openRun, callback: () => this.#openRun(run) }];
    const type = state === 'passed' ? 'success' : state === 'failed' || state === 'lost' ? 'error' : 'info';
    Notification.emit(text, type, { autoClose: false, actions });
  }
}

/**
 * Takes a notice back. JupyterLab forgets to do so with a toast that is not drawn yet, or that an update is on its way to: it would stay
 * for good.
 */
async function dismissOnceDrawn(id: string): Promise<void> {
  const isDrawn = (): boolean => document.getElementById(id) !== null;
  for (let leftMs = drawnMs; leftMs > 0 && !isDrawn(); leftMs -= settledMs) await waitMs(settledMs);
  await waitMs(settledMs);
  Notification.dismiss(id);
  for (let leftMs = goneMs; leftMs > 0 && isDrawn(); leftMs -= settledMs) await waitMs(settledMs);
}

function waitMs(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
