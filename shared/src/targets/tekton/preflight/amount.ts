const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * The number of a quantity as an API server writes it: cores, bytes or pieces; undefined for what is none.
 * Source: Kubernetes, apimachinery resource.Quantity.
 */
export function amountOf(quantity: string | undefined): number | undefined {
  const [, digits, unit = '', exponent] =
    /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)|[eE]([+-]?\d+))?$/.exec(quantity ?? '') ??
    [];
  const factor = exponent === undefined ? factors[unit] : 10 ** Number(exponent);
  if (digits === undefined || factor === undefined) return undefined;
  const amount = Number(digits) * factor;
  return Number.isFinite(amount) ? amount : undefined;
}

/** `2`, `0.5`, `16 GiB`: an amount of a resource for people. */
export function amountWords(resource: string, amount: number): string {
  if (!/memory|storage/.test(resource)) return String(Math.round(amount * 1000) / 1000);
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, amount)) / 10)));
  return `${Math.round((amount / 2 ** (10 * power)) * 10) / 10} ${units[power] ?? 'B'}`;
}
