export const figuresHere: readonly string[];
export const figuresOfCluster: readonly string[];
export function wantedFigures(names: readonly string[]): ReadonlySet<string>;
