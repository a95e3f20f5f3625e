import { randomBytes } from 'node:crypto';
import { homedir, tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { keepCoreInUse } from '../processes/index.ts';
import type { CoreEnvironment, EnvironmentPaths } from '../server/index.ts';
import { cliCoreOf, type CliCore } from './cliCore.ts';
import { openWithDesktop, runEditor, runProgram } from './desktop.ts';
import type { CliIo, Disposable, EndSignal, ServeTransport } from './io.ts';
import { main } from './main.ts';
import { oneLine } from './terminal/sanitize.ts';

/** Set by the bundler. */
declare const SLIPWAY_VERSION: string | undefined;

const version = typeof SLIPWAY_VERSION === 'string' ? SLIPWAY_VERSION : '0.0.0-source';
const showCursor = '\u001b[?25h';
const shownNotes = 3;

/** Runs the command line of this process and ends the process with its exit code. */
export async function runProcess(): Promise<void> {
  const notes = new Set<string>();
  keepCoreInUse(process.argv[1]);
  // What the command waits for may be files that others write: no handle of ours would keep the process.
  const keepAlive = setInterval(() => undefined, 1 << 30);
  process.on('uncaughtExceptionMonitor', () => {
    if (process.stdout.isTTY) process.stdout.write(showCursor);
  });
  const exitCode = await main(
    process.argv.slice(2),
    createProcessIo((note) => notes.add(note)),
  );
  clearInterval(keepAlive);
  for (const note of [...notes].slice(0, shownNotes)) process.stderr.write(`note    ${note}\n`);
  // Not process.exitCode: a peer that does not hang up must not keep a command that is done.
  process.exit(exitCode);
}

function createProcessIo(note: (text: string) => void): CliIo {
  const { stdin, stdout, stderr, env } = process;
  const sized = stdout.isTTY ? stdout : stderr;
  return {
    stdin,
    stdout,
    stderr,
    isTerminal: { stdin: stdin.isTTY, stdout: stdout.isTTY, stderr: stderr.isTTY },
    columns: () => (sized.isTTY && sized.columns > 0 ? sized.columns : 80),
    rows: () => (sized.isTTY && sized.rows > 0 ? sized.rows : 24),
    onResize: (listener) => {
      sized.on('resize', listener);
      return { dispose: () => sized.off('resize', listener) };
    },
    onSignal,
    env,
    cwd: process.cwd(),
    home: homedir(),
    platform: process.platform,
    timeZone: undefined,
    version,
    now: () => Date.now(),
    every: (intervalMs, callback) => {
      const timer = setInterval(callback, intervalMs);
      timer.unref();
      return { dispose: () => clearInterval(timer) };
    },
    configDir: async () => (await pathsHere()).configDir,
    dataDir: async () => (await pathsHere()).dataDir,
    openCore: () => openCore(note),
    serve,
    runProgram,
    runEditor: (editor, file) => runEditor(editor, file, process.platform),
    openWithDesktop: (file) => openWithDesktop(file, process.platform, env),
  };
}

async function pathsHere(): Promise<EnvironmentPaths> {
  const { environmentPaths } = await import('../server/index.ts');
  return environmentPaths(process.env, homedir(), process.platform);
}

function onSignal(listener: (signal: EndSignal) => void): Disposable {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const handlers = signals.map((name) => [name, () => listener(name)] as const);
  for (const [name, handler] of handlers) process.on(name, handler);
  return {
    dispose: () => {
      for (const [name, handler] of handlers) process.off(name, handler);
    },
  };
}

async function openCore(note: (text: string) => void): Promise<CliCore> {
  const { createCore, environmentPaths } = await import('../server/index.ts');
  const paths = environmentPaths(process.env, homedir(), process.platform);
  const isDebugging = process.env.SLIPWAY_DEBUG !== undefined;
  const log = (entry: string): void => note(isDebugging ? entry : oneLine(entry.split('\n')[0] ?? ''));
  const core = createCore({ ...coreEnvironment(paths), log });
  return cliCoreOf(core, {
    // docs/decisions/0002-run-folder.md
    localFolder: (context, run) => (context === 'local' ? join(paths.dataDir, 'runs', run) : undefined),
    dispose: () => core.dispose(),
  });
}

async function serve(transport: ServeTransport): Promise<number> {
  const { environmentPaths, runServer } = await import('../server/index.ts');
  const { stdin, stdout, stderr } = process;
  const paths = environmentPaths(process.env, homedir(), process.platform);
  const environment = { ...coreEnvironment(paths), onManyRuns: saveMemory };
  return runServer({ transport, environment }, { stdin, stdout, stderr });
}

/**
 * Has the garbage collector prefer memory to processor time. Otherwise what reading tens of thousands of runs leaves would stay
 * for as long as the host is open.
 */
function saveMemory(): void {
  setFlagsFromString('--optimize-for-size');
}

function coreEnvironment(paths: EnvironmentPaths): Omit<CoreEnvironment, 'log' | 'hostFiles'> {
  const here = import.meta.dirname;
  // In the bundle everything lies beside it; from source, in the rooms that own it.
  const isSource = extname(import.meta.filename) === '.ts';
  return {
    version,
    ...paths,
    stepsDir: isSource ? join(here, '../pipeline/steps') : join(bundleFolder(here), 'steps'),
    supervisorScript: isSource
      ? join(here, '../targets/local/supervisorMain.ts')
      : join(bundleFolder(here), 'supervisor.js'),
    ...(!isSource && { bundleDir: bundleFolder(here) }),
    nodePath: process.execPath,
    env: process.env,
    now: () => Date.now(),
    randomHex: (bytes) => randomBytes(bytes).toString('hex'),
    temporaryFolder: tmpdir(),
  };
}

/** The bundler puts what is imported late into chunks/. */
function bundleFolder(here: string): string {
  return here.endsWith('chunks') ? join(here, '..') : here;
}
