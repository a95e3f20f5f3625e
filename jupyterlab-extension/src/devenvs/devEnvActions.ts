import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import { type DevEnv, SlipwayError } from '@slipway/shared/protocol';
import { quantityInWords, shownLine, shownText } from '@slipway/shared/views';
import type { RoomState } from './roomState.ts';
import { tell, tellOfDoing, tellOfGoingOn, tellOfSuccess } from './tell.ts';

/** A DevEnv as requests name it. */
export function named({ context, name }: DevEnv): { readonly context: string; readonly name: string } {
  return { context, name };
}

/** From starting a DevEnv to deleting it. Each throws what went wrong. */
export class DevEnvActions {
  readonly #state: RoomState;
  readonly #never = new AbortController().signal;

  constructor(state: RoomState) {
    this.#state = state;
  }

  /** Starts it and waits until it runs, saying what it waits for. Who stops waiting leaves it starting. */
  async start(devEnv: DevEnv): Promise<void> {
    const { page, store, words } = this.#state;
    const { devEnv: say } = words.shared;
    const name = shownText(devEnv.name);
    const leaving = new AbortController();
    const doing = tellOfDoing(say.starting(name), { label: words.own.stopWaiting, callback: () => leaving.abort() });
    const told = page.core.onNotification('devenv/progress', (progress) => {
      if (progress.context === devEnv.context && progress.name === devEnv.name)
        doing.update(say.labelled(say.starting(name), shownLine(progress.text)));
    });
    try {
      store.put(await page.core.request('devenvs/start', named(devEnv), leaving.signal));
      tellOfSuccess(words.own.running(name));
    } catch (error) {
      if (!SlipwayError.is(error, 'cancelled') || !leaving.signal.aborted) throw error;
      this.#tellUntilStarted(devEnv, say.startGoesOn(name));
    } finally {
      told.dispose();
      doing.end();
    }
  }

  #tellUntilStarted({ context, name }: DevEnv, text: string): void {
    const { store } = this.#state;
    const takeBack = tellOfGoingOn(text);
    const listening = store.onChange(() => {
      if (store.get(context, name)?.state === 'starting') return;
      listening.dispose();
      takeBack();
    });
  }

  async stop(devEnv: DevEnv): Promise<void> {
    const { page, store, words } = this.#state;
    const { own, shared } = words;
    if (!(await agrees(shared.devEnv.confirmStop(shownText(devEnv.name)), own.stop))) return;
    store.put(await page.core.request('devenvs/stop', named(devEnv), this.#never));
  }

  async restart(devEnv: DevEnv): Promise<void> {
    const { page, store, words } = this.#state;
    const { own, shared } = words;
    if (!(await agrees(shared.devEnv.confirmRestart(shownText(devEnv.name)), own.restart))) return;
    store.put(await page.core.request('devenvs/restart', named(devEnv), this.#never));
    await this.start(devEnv);
  }

  /** Somebody wants it kept, though nobody has worked there for long. */
  async keepRunning(devEnv: DevEnv): Promise<void> {
    const { page, store, words } = this.#state;
    await page.core.request('devenvs/reportActivity', named(devEnv), this.#never);
    store.worked(devEnv.context, devEnv.name);
    tell(words.shared.devEnv.keptRunning(shownText(devEnv.name)));
  }

  /** Asks whether the workspace goes, too; that is told twice, the second time by typing the name. */
  async delete(devEnv: DevEnv): Promise<void> {
    const { page, store, words } = this.#state;
    const { devEnv: say } = words.shared;
    const name = shownText(devEnv.name);
    const { button, isChecked } = await showDialog({
      title: words.own.delete,
      body: say.confirmDelete(name),
      checkbox: { label: say.deleteWorkspace, checked: false },
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: words.own.delete })],
      // Enter keeps it.
      defaultButton: 0,
    });
    if (!button.accept) return;
    const workspace = isChecked === true;
    if (workspace && !(await this.#typesNameOf(devEnv))) return;
    await page.core.request('devenvs/delete', { ...named(devEnv), workspace }, this.#never);
    store.remove(devEnv.context, devEnv.name);
    tell([say.deleted(name), ...(workspace ? [] : [say.workspaceKept(devEnv.disk.claimName)])].join(' '));
  }

  async #typesNameOf({ name, disk }: DevEnv): Promise<boolean> {
    const { own, shared } = this.#state.words;
    const { devEnv: say } = shared;
    const { value, button } = await InputDialog.getText({
      title: say.deleteWorkspace,
      label: say.confirmWorkspace(shownText(name), quantityInWords(disk.size)),
      placeholder: name,
      okLabel: own.delete,
    });
    if (!button.accept) return false;
    if (value?.trim() === name) return true;
    tell(say.wrongName(shownText(name)));
    return false;
  }
}

/** Asks before something that cannot be taken back. */
export async function agrees(body: string, label: string): Promise<boolean> {
  const buttons = [Dialog.cancelButton(), Dialog.warnButton({ label })];
  // Enter leaves it as it is.
  const { button } = await showDialog({ title: label, body, buttons, defaultButton: 0 });
  return button.accept;
}
