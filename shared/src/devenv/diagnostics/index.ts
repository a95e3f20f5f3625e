/** Measuring the way to a DevEnv hop by hop. Start reading at testConnection.ts. */
export * from './testConnection.ts';
