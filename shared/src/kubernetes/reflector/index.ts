export { createReflector, type Reflector, type ReflectorOptions } from './reflector.ts';
export { createPartedReflector, type Part, type PartedReflector, type PartMetadata } from './partedReflector.ts';
export type { ReflectorState } from './machine.ts';
export type { Change } from './store.ts';
export { listCells, type TableCells } from './tableCells.ts';
export { readBody } from './listing.ts';
export { parsedBody } from './parsedBody.ts';
