const floor = [22, 15, 1] as const;

/** What to tell the person whose Node is too old; undefined when it will do. */
export function nodeComplaint(version: string): string | undefined {
  const parts = version.split('.').map((part) => Number.parseInt(part, 10));
  for (let index = 0; index < floor.length; index += 1) {
    const difference = (parts[index] ?? 0) - (floor[index] ?? 0);
    if (difference > 0) return undefined;
    if (difference < 0) {
      return `error   slipway needs Node ${floor.join('.')} or newer, and this is Node ${version}.\nfix     Install a newer Node (https://nodejs.org), or put one first on your PATH.\n`;
    }
  }
  return undefined;
}
