import { amountOf, type DevEnv, type DevEnvOptions, type DevEnvSpec } from '@slipway/shared/protocol';
import { quantityInWords } from '@slipway/shared/views';
import type { RoomWords } from './roomWords.ts';

/** What is written in the form, as it is written. An empty field leaves it to the team profile. */
export interface FormFields {
  readonly name: string;
  readonly instanceType: string;
  readonly gpus: string;
  readonly image: string;
  readonly diskSize: string;
  readonly idleStop: string;
}

const quantity = /^\d+(\.\d+)?(Mi|Gi|Ti|M|G|T)$/;
const time = /^(?=\d)(\d+h)?(\d+m)?$/;
const name = /^[a-z0-9]([-a-z0-9]{0,60}[a-z0-9])?$/;
const count = /^(\d|1[0-6])$/;

/** For a new one. */
export function newFields(options: DevEnvOptions): FormFields {
  const instanceType = options.instanceTypes.find((each) => each.default)?.name ?? '';
  const { diskSize, idleStop, images } = options;
  return { name: options.name, instanceType, gpus: '', image: images[0] ?? '', diskSize, idleStop };
}

/** Of one that is there. */
export function fieldsOf({ name: ownName, instanceType, image, disk, idle, spec }: DevEnv): FormFields {
  return {
    name: ownName,
    instanceType: instanceType ?? '',
    gpus: spec.gpus === undefined ? '' : String(spec.gpus),
    image,
    diskSize: disk.size,
    idleStop: timeOf(idle.stopAfterMs),
  };
}

/** What is wrong with what is written, by field. @param known the one that is to change */
export function troublesOf(
  fields: FormFields,
  { own, shared: { devEnv: say } }: RoomWords,
  known?: DevEnv,
): Partial<Record<keyof FormFields, string>> {
  const size = fields.diskSize.trim();
  const idle = fields.idleStop.trim();
  const shrinks = known !== undefined && (amountOf(size) ?? 0) < (amountOf(known.disk.size) ?? 0);
  return {
    ...(known === undefined && fields.name !== '' && !name.test(fields.name.trim()) && { name: own.form.badName }),
    ...(fields.gpus.trim() !== '' && !count.test(fields.gpus.trim()) && { gpus: own.form.badGpus }),
    ...(size !== '' && !quantity.test(size)
      ? { diskSize: say.form.badQuantity }
      : size !== '' && shrinks && { diskSize: say.form.notSmaller(quantityInWords(known.disk.size)) }),
    ...(idle !== '' && idle !== 'never' && !time.test(idle) && { idleStop: say.form.badTime }),
  };
}

/** What is asked for. */
export function specOf(fields: FormFields): DevEnvSpec {
  const { instanceType, gpus, image, diskSize, idleStop } = trimmed(fields);
  return {
    ...(instanceType !== '' && { instanceType }),
    ...(gpus !== '' && { gpus: Number(gpus) }),
    ...(image !== '' && { image }),
    ...(diskSize !== '' && { diskSize }),
    ...(idleStop !== '' && { idleStop }),
  };
}

/** What of it is other than it was; what was emptied stays as it is. */
export function changesOf(fields: FormFields, devEnv: DevEnv): DevEnvSpec {
  const before = specOf(fieldsOf(devEnv));
  const wanted = specOf(fields);
  const isSame = (field: keyof DevEnvSpec): boolean =>
    field === 'diskSize'
      ? amountOf(wanted.diskSize ?? '') === amountOf(before.diskSize ?? '')
      : wanted[field] === before[field];
  return Object.fromEntries(Object.entries(wanted).filter(([field]) => !isSame(field as keyof DevEnvSpec)));
}

function trimmed({ name: ownName, instanceType, gpus, image, diskSize, idleStop }: FormFields): FormFields {
  return {
    name: ownName.trim(),
    instanceType: instanceType.trim(),
    gpus: gpus.trim(),
    image: image.trim(),
    diskSize: diskSize.trim(),
    idleStop: idleStop.trim(),
  };
}

function timeOf(durationMs: number): string {
  if (durationMs === 0) return 'never';
  const minutes = Math.round(durationMs / 60_000);
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}
