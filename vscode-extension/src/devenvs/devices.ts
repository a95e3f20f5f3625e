import type { DevEnvDevice } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { plainMessage, withoutIcons } from '../surfaces/plainText.ts';
import type { DevEnvParts } from './devEnvActions.ts';
import { type DevEnvReference, named } from './devEnvReference.ts';

/** The machines that may log in to a DevEnv; choosing one asks whether to take it off the list. */
export class Devices {
  readonly #parts: DevEnvParts;

  constructor(parts: DevEnvParts) {
    this.#parts = parts;
  }

  async show(reference: DevEnvReference): Promise<void> {
    const { core, notices, words, signal } = this.#parts;
    const { devices: say } = words.shared.devEnv;
    const { devices } = await core.request('devenvs/devices', named(reference), signal);
    if (devices.length === 0) {
      notices.info(say.none);
      return;
    }
    const title = say.heading(shownText(reference.devEnv));
    const items = devices.map((device) => this.#item(device));
    const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: words.host.devEnv.chooseDevice });
    if (chosen !== undefined) await this.#remove(reference, chosen.device);
  }

  #item(device: DevEnvDevice): vscode.QuickPickItem & { readonly device: DevEnvDevice } {
    const { devices: say } = this.#parts.words.shared.devEnv;
    return {
      device,
      label: withoutIcons(shownText(device.name)),
      ...(device.current && { description: say.thisMachine }),
      detail: device.fingerprint,
      iconPath: new vscode.ThemeIcon(device.current ? 'vm' : 'key'),
    };
  }

  async #remove(reference: DevEnvReference, { name, fingerprint, current }: DevEnvDevice): Promise<void> {
    const { core, notices, words, signal } = this.#parts;
    const { devices: say } = words.shared.devEnv;
    const asked = [say.confirmRemove(shownText(name)), ...(current ? [say.comesAgain] : [])];
    const question = plainMessage(asked.join(' '));
    const { remove } = words.host.devEnv;
    const answer = await vscode.window.showWarningMessage(question, { modal: true, detail: fingerprint }, remove);
    if (answer !== remove) return;
    await core.request('devenvs/removeDevice', { ...named(reference), fingerprint }, signal);
    notices.info(say.removed(shownText(name)));
  }
}
