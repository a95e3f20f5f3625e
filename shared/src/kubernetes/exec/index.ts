export { execAttempt } from './execErrors.ts';
export { exec, type ExecRequest, type ExecSession } from './exec.ts';
export { runCommand, type CommandResult } from './runCommand.ts';
