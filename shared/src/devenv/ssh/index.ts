export { ThisMachine, type ConnectOptions, type ThisMachineOptions } from './thisMachine.ts';
export { changeAuthorizedKeys, readLoginSecret } from './loginSecret.ts';
export { devicesOf, withKey, withoutKey } from './authorizedKeys.ts';
export { createLoginKeys } from './loginKeys.ts';
export { openMachineFiles } from './machineFiles.ts';
export { findSsh } from './sshProgram.ts';
