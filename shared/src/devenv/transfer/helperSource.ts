import { readFileSync } from 'node:fs';

/** The bundle has the program in it (build.mjs). */
declare const SLIPWAY_TRANSFER_HELPER: string | undefined;

/** The program for the other end, which is sent there for each session. */
export function helperSource(): Buffer {
  return typeof SLIPWAY_TRANSFER_HELPER === 'string'
    ? Buffer.from(SLIPWAY_TRANSFER_HELPER)
    : readFileSync(new URL('./helper/transfer_helper.py', import.meta.url));
}

/** For the login shell there: reads so many bytes of program from standard input, and runs them apart from the person's modules. */
export function helperCommand(bytes: number): string {
  const boot = [
    'import os',
    'b=b""',
    `while len(b)<${bytes}:`,
    ` c=os.read(0,${bytes}-len(b))`,
    ' if not c:raise SystemExit(1)',
    ' b+=c',
    'exec(compile(b,"slipway",'.concat('"exec"))'),
  ];
  return `exec python3 -I -c '${boot.join('\n')}'`;
}
