import { Notification } from '@jupyterlab/apputils';

/** JupyterLab draws an update of a toast so much later at most, in milliseconds. */
const settledMs = 100;
/** What is done sooner than this is not told of: it would only flash. */
const shortMs = 400;
const readMs = 8_000;

export interface Press {
  readonly label: string;
  readonly callback: () => void;
}

/** A notice of what goes on; `update` says how far it is, from 0 to 1 where that is known. */
export interface Doing {
  update(message: string, progress?: number): void;
  end(): void;
}

export function tellOfDoing(text: string, press: Press): Doing {
  // Pressed, it stays: what is broken off may take a moment to end.
  const callback = (event: MouseEvent): void => {
    event.preventDefault();
    press.callback();
  };
  const actions = [{ label: press.label, callback }];
  let id: string | undefined;
  let now: { readonly message: string; readonly progress?: number } = { message: text };
  const begun = setTimeout(() => {
    const { message, progress } = now;
    id = Notification.emit(message, 'in-progress', {
      autoClose: false,
      actions,
      ...(progress !== undefined && { progress }),
    });
  }, shortMs);
  return {
    update: (message, progress) => {
      now = { message, ...(progress !== undefined && { progress }) };
      if (id !== undefined) Notification.update({ id, ...now });
    },
    end: () => {
      clearTimeout(begun);
      const shown = id;
      // An update reaches the toast a moment later than the end, and would bring it back for good.
      if (shown !== undefined) setTimeout(() => Notification.dismiss(shown), settledMs);
    },
  };
}

export function tellOfSuccess(text: string): void {
  Notification.success(text, { autoClose: readMs });
}

export function tell(text: string): void {
  Notification.info(text, { autoClose: readMs });
}

/** Tells of something that goes on without anybody waiting. @returns takes that back, also from the list of notices */
export function tellOfGoingOn(text: string): () => void {
  const id = Notification.info(text, { autoClose: readMs });
  return () => Notification.dismiss(id);
}
