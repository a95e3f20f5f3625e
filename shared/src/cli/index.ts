/**
 * The `slipway` command: reads the command line, asks the core in this process, and writes for people or programs.
 * It may touch terminals, the files that are named to it, editors and desktops; it takes no decision about runs.
 * Start reading at main.ts; bin.ts is the program's entry, commands/ has a file a command.
 */
export { main } from './main.ts';
export type { CliCore, CliFile } from './cliCore.ts';
export type { CliIo, EndSignal, ServeTransport } from './io.ts';
export { exitCodes } from './exitCodes.ts';
