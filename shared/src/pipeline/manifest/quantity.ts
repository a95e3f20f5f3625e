import { amountOf, quantitySchema, SlipwayError } from '../../protocol/index.ts';

const mebibyte = 1024 ** 2;

/**
 * The number that a Kubernetes quantity stands for: bytes, cores or pieces.
 * @param where what it is for, to be named in the error
 * @throws SlipwayError `spec.invalid`
 */
export function parseQuantity(text: string, where: string): number {
  const amount = quantitySchema.safeParse(text).success && text.length <= 32 ? amountOf(text) : undefined;
  if (amount === undefined) {
    throw new SlipwayError('spec.invalid', `${where}: ${JSON.stringify(text.slice(0, 60))} is not a quantity.`, {
      action: 'Write a number and a unit without a space, such as 500m, 16 or 32Gi.',
    });
  }
  return amount;
}

/** Bytes of a memory or storage size. @throws SlipwayError `spec.invalid`, also for less than a mebibyte */
export function parseSize(text: string, where: string): number {
  const bytes = parseQuantity(text, where);
  if (bytes >= mebibyte) return bytes;
  const amount = text.replace(/[^\d.]+$/, '');
  throw new SlipwayError('spec.invalid', `${where}: ${text} is less than one mebibyte.`, {
    action: `Say which unit is meant, such as ${amount}Mi or ${amount}Gi.`,
  });
}

/** Cores of a CPU request. @throws SlipwayError `spec.invalid`, also for none and for units of memory */
export function parseCores(text: string, where: string): number {
  const cores = parseQuantity(text, where);
  if (cores > 0 && cores < 10_000) return cores;
  throw new SlipwayError('spec.invalid', `${where}: ${text} is not a number of CPU cores.`, {
    action: 'Write cores as 4 or 0.5, or thousandths of a core as 500m.',
  });
}

/** Half of a size, in whole mebibytes. */
export function halfOf(size: string, where: string): string {
  const half = Math.max(1, Math.floor(parseSize(size, where) / mebibyte / 2));
  return half % 1024 === 0 ? `${half / 1024}Gi` : `${half}Mi`;
}
