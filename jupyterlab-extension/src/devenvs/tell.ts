import { Notification } from '@jupyterlab/apputils';

/** JupyterLab draws an update of a toast so much later at most, in milliseconds. */
const settledMs = 100;
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
  const id = Notification.emit(text, 'in-progress', { autoClose: false, actions: [{ label: press.label, callback }] });
  return {
    update: (message, progress) => {
      Notification.update({ id, message, ...(progress !== undefined && { progress }) });
    },
    // An update reaches the toast a moment later than the end, and would bring it back for good.
    end: () => void setTimeout(() => Notification.dismiss(id), settledMs),
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
