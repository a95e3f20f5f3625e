export * from './devEnvNames.ts';
