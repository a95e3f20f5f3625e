/** `2`, `0.5`, `16 GiB`: an amount of a resource for people. */
export function amountWords(resource: string, amount: number): string {
  if (!/memory|storage/.test(resource)) return String(Math.round(amount * 1000) / 1000);
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, amount)) / 10)));
  return `${Math.round((amount / 2 ** (10 * power)) * 10) / 10} ${units[power] ?? 'B'}`;
}
