import { readdirSync, readFileSync } from 'node:fs';

/** Ids of the cores of this person's windows. */
export function coresOf(home: string): number[] {
  return processesOf(home, 'slipway.js\0serve');
}

/** Ids of the extension hosts of this person's windows. */
export function extensionHostsOf(home: string): number[] {
  return processesOf(home, '--type=extensionHost');
}

/** Ids of code-server itself: the process that was started, and the child that serves. */
export function serversOf(home: string): number[] {
  return processesOf(home, 'code-server/out/node/entry');
}

function processesOf(home: string, part: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      const read = (file: string): string => readFileSync(`/proc/${name}/${file}`, 'utf8');
      try {
        return read('cmdline').includes(part) && read('environ').split('\0').includes(`HOME=${home}`);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    })
    .map(Number);
}
