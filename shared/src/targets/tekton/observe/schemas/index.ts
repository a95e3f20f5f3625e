/** Schemas of what is read of the API's objects. Unknown fields are ignored, malformed parts are left out. */
export * from './core.ts';
export * from './objects.ts';
export * from './tekton.ts';
