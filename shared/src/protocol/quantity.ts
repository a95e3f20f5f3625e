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
