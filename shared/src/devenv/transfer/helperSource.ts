import { readFileSync } from 'node:fs';
import modules from './helper/modules.json' with { type: 'json' };

/** The bundle has the modules' sources in it, by their names (build.mjs). */
declare const SLIPWAY_TRANSFER_HELPER: Readonly<Record<string, string>> | undefined;

/** The program for the other end, which is sent there for each session: its modules, each behind those that it imports. */
export function helperSource(): Buffer {
  const sources = modules.map((name) => `    (${JSON.stringify(name)}, ${JSON.stringify(sourceOf(name))}),`);
  const program = [
    'import sys',
    'for name, source in (',
    ...sources,
    '):',
    '    module = sys.modules[name] = type(sys)(name)',
    '    exec(compile(source, name, "exec"), module.__dict__)',
    'module.main()',
  ];
  return Buffer.from(program.join('\n'));
}

function sourceOf(name: string): string {
  if (typeof SLIPWAY_TRANSFER_HELPER === 'object') return SLIPWAY_TRANSFER_HELPER[name] ?? '';
  return readFileSync(new URL(`./helper/${name}.py`, import.meta.url), 'utf8');
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
