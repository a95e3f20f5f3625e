/** Builds the suite below the extension's folder. @returns the folder */
export function buildSuite(): Promise<string>;
/** Fills a home. @param home as it is called on the machine of the host, where it is not this one */
export function writeSuiteHome(folder: string, options: { readonly python: string; readonly home?: string }): void;
