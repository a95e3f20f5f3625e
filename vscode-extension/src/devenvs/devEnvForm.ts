import { amountOf, type DevEnv, type DevEnvOptions, type DevEnvSpec } from '@slipway/shared/protocol';
import { quantityInWords, sizeInWords } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { withoutIcons } from '../surfaces/plainText.ts';
import type { WindowWords } from '../words/index.ts';

/** What a step of the form is shown as. */
interface Step {
  readonly title: string;
  readonly number: number;
}

type Choice = vscode.QuickPickItem & { readonly value: string };

const steps = 4;
const idleTimes = ['1h', '2h', '4h', '8h', '24h'] as const;
const quantity = /^\d+(\.\d+)?(Mi|Gi|Ti|M|G|T)$/;
const span = /^(\d+(h|m|d)|never)$/;

/** Asks what a DevEnv is to be, one thing after the other; Enter takes what is offered first. */
export class DevEnvForm {
  readonly #words: WindowWords;

  constructor(words: WindowWords) {
    this.#words = words;
  }

  /** Of a new one. @returns undefined where it was given up */
  async askNew(options: DevEnvOptions): Promise<DevEnvSpec | undefined> {
    return this.#ask(options, undefined);
  }

  /** Of one that is there: only what is to change. @returns undefined where it was given up */
  async askChanges(options: DevEnvOptions, devEnv: DevEnv): Promise<DevEnvSpec | undefined> {
    const wanted = await this.#ask(options, devEnv);
    if (wanted === undefined) return undefined;
    const { instanceType = devEnv.instanceType, image = devEnv.image, diskSize = devEnv.disk.size } = wanted;
    return {
      ...(instanceType !== undefined && instanceType !== devEnv.instanceType && { instanceType }),
      ...(image !== devEnv.image && { image }),
      ...(amountOf(diskSize) !== amountOf(devEnv.disk.size) && { diskSize }),
      ...(wanted.idleStop !== undefined &&
        idleMsOf(wanted.idleStop) !== devEnv.idle.stopAfterMs && { idleStop: wanted.idleStop }),
    };
  }

  async #ask(options: DevEnvOptions, known: DevEnv | undefined): Promise<DevEnvSpec | undefined> {
    const { form } = this.#words.shared.devEnv;
    const instanceType = await this.#choose({ title: form.instanceType, number: 1 }, this.#sizes(options, known));
    if (instanceType === undefined) return undefined;
    const image = await this.#image({ title: form.image, number: 2 }, options, known);
    if (image === undefined) return undefined;
    const diskSize = await this.#disk({ title: form.disk, number: 3 }, known?.disk.size ?? options.diskSize, known);
    if (diskSize === undefined) return undefined;
    const idleStop = await this.#choose({ title: form.idle, number: 4 }, this.#idleTimes(options, known));
    if (idleStop === undefined) return undefined;
    return { ...(instanceType !== '' && { instanceType }), ...(image !== '' && { image }), diskSize, idleStop };
  }

  #sizes({ instanceTypes }: DevEnvOptions, known: DevEnv | undefined): Choice[] {
    const choices = instanceTypes.map((each) => ({
      value: each.name,
      label: withoutIcons(each.name),
      description: withoutIcons(sizeInWords(each, this.#words.shared)),
      isFirst: known === undefined ? each.default : each.name === known.instanceType,
    }));
    // A profile may name none; then what it settles by itself is all there is.
    if (choices.length === 0) return [{ value: '', label: this.#words.host.devEnv.defaultChoice }];
    return this.#firstOnTop(choices);
  }

  #idleTimes({ idleStop }: DevEnvOptions, known: DevEnv | undefined): Choice[] {
    const { form, hours, minutes } = this.#words.shared.devEnv;
    const first = known === undefined ? idleStop : timeOf(known.idle.stopAfterMs);
    const label = (time: string): string => {
      const [, count = '', unit] = /^(\d+)([hm])$/.exec(time) ?? [];
      return unit === 'h' ? hours(Number(count)) : unit === 'm' ? minutes(Number(count)) : form.never;
    };
    const all = [...new Set([first, ...idleTimes, 'never'])];
    return this.#firstOnTop(all.map((time) => ({ value: time, label: label(time), isFirst: time === first })));
  }

  async #image(step: Step, { images }: DevEnvOptions, known: DevEnv | undefined): Promise<string | undefined> {
    const { form } = this.#words.shared.devEnv;
    const all = [...new Set([...(known === undefined ? [] : [known.image]), ...images])];
    const other: Choice = { value: '\n', label: form.otherImage, iconPath: new vscode.ThemeIcon('edit') };
    const offered = all.map((image, index) => ({ value: image, label: withoutIcons(image), isFirst: index === 0 }));
    const chosen = await this.#choose(step, [...this.#firstOnTop(offered), other]);
    if (chosen !== other.value) return chosen;
    const written = await vscode.window.showInputBox({ title: this.#titleOf(step), ignoreFocusOut: true });
    return written?.trim() === '' ? undefined : written?.trim();
  }

  #disk(step: Step, size: string, known: DevEnv | undefined): Thenable<string | undefined> {
    const { form } = this.#words.shared.devEnv;
    const least = known === undefined ? 0 : (amountOf(known.disk.size) ?? 0);
    return vscode.window
      .showInputBox({
        title: this.#titleOf(step),
        value: size,
        ignoreFocusOut: true,
        validateInput: (text) => {
          if (!quantity.test(text.trim())) return form.badQuantity;
          return (amountOf(text.trim()) ?? 0) < least ? form.notSmaller(quantityInWords(size)) : undefined;
        },
      })
      .then((text) => text?.trim());
  }

  async #choose(step: Step, choices: readonly Choice[]): Promise<string | undefined> {
    const options = { title: this.#titleOf(step), ignoreFocusOut: true, matchOnDescription: true };
    return (await vscode.window.showQuickPick(choices, options))?.value;
  }

  #firstOnTop(choices: readonly (Choice & { readonly isFirst: boolean })[]): Choice[] {
    const sorted = [...choices].sort((one, other) => Number(other.isFirst) - Number(one.isFirst));
    return sorted.map(({ isFirst, ...choice }) =>
      isFirst ? { ...choice, detail: this.#words.host.devEnv.defaultChoice } : choice,
    );
  }

  #titleOf({ title, number }: Step): string {
    return this.#words.host.devEnv.step(title, number, steps);
  }
}

/** A time as the form writes it, in milliseconds; 0 for never, undefined for what is none. */
function idleMsOf(time: string): number | undefined {
  if (!span.test(time)) return undefined;
  if (time === 'never') return 0;
  const unitMs = time.endsWith('h') ? 3_600_000 : time.endsWith('d') ? 86_400_000 : 60_000;
  return Number.parseInt(time, 10) * unitMs;
}

function timeOf(durationMs: number): string {
  if (durationMs === 0) return 'never';
  const minutes = Math.round(durationMs / 60_000);
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}
