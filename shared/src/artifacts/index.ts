/**
 * What a run left: names and kinds of its files, listing, streaming, downloading, and readers for the known formats.
 * It reads through `RunTarget` alone and never touches a disk itself; everything that it reads is taken for hostile.
 * Start reading at artifactService.ts.
 */
export * from './artifactService.ts';
export { parseCobertura } from './cobertura.ts';
export * from './executedNotebook.ts';
export * from './failedCell.ts';
export { parseJUnit } from './junit.ts';
export * from './names.ts';
