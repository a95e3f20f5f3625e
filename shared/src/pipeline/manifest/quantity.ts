import { SlipwayError } from '../../protocol/index.ts';

const factors: Readonly<Record<string, number>> = {
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

const mebibyte = 1024 ** 2;

/**
 * The number that a Kubernetes quantity stands for: bytes, cores or pieces.
 * @param where what it is for, to be named in the error
 * @throws SlipwayError `spec.invalid`
 */
export function parseQuantity(text: string, where: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?$/.exec(text) ?? [];
  const factor = factors[unit];
  if (amount === undefined || factor === undefined || text.length > 32) {
    throw new SlipwayError('spec.invalid', `${where}: ${JSON.stringify(text.slice(0, 60))} is not a quantity.`, {
      action: 'Write a number and a unit without a space, such as 500m, 16 or 32Gi.',
    });
  }
  return Number(amount) * factor;
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
