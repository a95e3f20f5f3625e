/** Builds the suite below the extension's folder. @param options.withMocha for a machine without this repository's packages @returns the folder */
export function buildSuite(options?: { readonly withMocha?: boolean }): Promise<string>;
/** Fills a home. @param home as it is called on the machine of the host, where it is not this one */
export function writeSuiteHome(folder: string, options: { readonly python: string; readonly home?: string }): void;
