import { describe, expect, it } from 'vitest';
import { SlipwayError, stepNames } from '../protocol/index.ts';
import { nodeComplaint } from './nodeFloor.ts';
import { asked, slipway, start } from './testing/commandLine.ts';
import { FakeCore } from './testing/fakeCore.ts';
import { submittedRun } from './testing/runs.ts';

describe('what cannot be understood is told with what to do, and ends with 2', () => {
  it.each([
    [['rnu'], /Unknown command 'rnu'/, /Did you mean run\?/],
    [['run', '--contxt', 'x'], /Unknown option '--contxt'/, /--context/],
    [['run', 'a.ipynb', 'b.ipynb'], /Too many arguments|too many/i, /slipway help run/],
    [['runs', '--limit', 'many'], /--limit/, /slipway help runs/],
    [['runs', '-o', 'xml'], /text, json/, /slipway help runs/],
    [['watch'], /run/, /slipway help watch/],
    [['artifacts'], /run/, /slipway help artifacts/],
    [['spec'], /needs a command/, /slipway help/],
    [['help', 'rnu'], /no command "rnu"/, /slipway help/],
    [['help', 'artifacts', 'rnu'], /no command "artifacts rnu"/, /slipway help/],
    [[], /No command/, /slipway help/],
    [['run', '--'], /no command after "--"/, /COMMAND/],
    [['run', 'a.ipynb', '--', 'ls'], /Both/, /one of them/],
    [['retry', 'last', '--from', 'tests'], /no step "tests"/, /prepare, notebook, command, report, test, collect/],
    [['completion', 'tcsh'], /bash, zsh, fish/, /slipway help completion/],
    [['serve'], /--fd or --socket/, /extensions/],
    [['serve', '--fd', 'three'], /three/, /.*/],
  ])('%j', async (argv, what, action) => {
    const ended = await slipway(argv, { core: new FakeCore() });
    expect(ended.exitCode).toBe(2);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(what);
    expect(ended.stderr).toMatch(action);
    expect(ended.stderr).toMatch(/^error {3}/);
  });

  it('as one JSON object on stdout where that was asked for', async () => {
    const ended = await slipway(['runs', '-o', 'json', '--nonsense']);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toBe('');
    expect(JSON.parse(ended.stdout)).toEqual({
      error: { code: 'usage', message: "Unknown option '--nonsense'.", action: 'See "slipway help runs".' },
    });
  });
});

describe('help', () => {
  it('and version need no core', async () => {
    const version = await slipway(['--version']);
    expect([version.exitCode, version.stdout]).toEqual([0, '9.8.7\n']);
    for (const argv of [['--help'], ['help'], ['help', 'run'], ['run', '-h'], ['artifacts', 'get', '--help']]) {
      const help = await slipway(argv);
      expect([help.exitCode, help.stderr]).toEqual([0, '']);
      expect(help.stdout).toMatch(/^Usage: slipway/);
    }
  });

  it('of options that take a step names every step there is', async () => {
    for (const command of ['retry', 'logs']) {
      const { stdout } = await slipway(['help', command]);
      expect(stdout.replaceAll(/\s+/g, ' '), command).toContain(
        `${stepNames.join(', ').replace(/, (\w+)$/, ' or $1')} `,
      );
    }
  });

  it('explains a command below a command with its own options', async () => {
    const { stdout, exitCode } = await slipway(['help', 'artifacts', 'get']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--zip');
    expect(stdout).toBe((await slipway(['artifacts', 'get', '--help'])).stdout);
    expect((await slipway(['help', 'spec', 'init'])).stdout).toContain('--force');
  });

  it('of run has examples and the exit codes', async () => {
    const { stdout } = await slipway(['help', 'run']);
    for (const words of ['Examples:', 'slipway run -- python train.py', 'Exit codes:', '4  ', 'Ctrl-C']) {
      expect(stdout).toContain(words);
    }
  });

  it('lists every command with a sentence', async () => {
    const { stdout } = await slipway(['help']);
    const names = 'run plan rerun retry cancel runs watch logs why artifacts delete spec doctor completion serve help';
    for (const name of names.split(' ')) expect(stdout).toMatch(new RegExp(`^  ${name}\\b.*\\.`, 'm'));
    expect(stdout).not.toContain('__complete');
  });
});

describe('refusals of the core become exit codes', () => {
  it.each([
    ['notebook.unreadable', 2],
    ['parameter.invalid', 2],
    ['run.notFound', 2],
    ['retry.refused', 2],
    ['kernel.unknown', 4],
    ['python.unusable', 4],
    ['disk.full', 4],
    ['supervisor.failed', 4],
    ['internal', 4],
    ['cancelled', 3],
  ] as const)('%s: %i', async (code, exitCode) => {
    const core = new FakeCore();
    core.refusals.set('runs/get', new SlipwayError(code, 'It is so.', { action: 'Do this.' }));
    const text = await slipway(['watch', 'x'], { core });
    expect(text.exitCode).toBe(exitCode);
    expect(text.stderr).toContain('It is so.\nfix     Do this.\n');
    const json = await slipway(['watch', 'x', '-o', 'json'], { core });
    expect(json.exitCode).toBe(exitCode);
    expect(JSON.parse(json.stdout)).toEqual({ error: { code, message: 'It is so.', action: 'Do this.' } });
    expect(core.disposed).toBe(true);
  });

  it('a defect of ours is named as one', async () => {
    const ended = await slipway(['runs']);
    expect(ended.exitCode).toBe(4);
    expect(ended.stderr).toMatch(/should not: this test has no core/);
  });
});

describe('a command that is ended', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s says nothing and leaves the run alone', async (signal, exitCode) => {
    const core = new FakeCore();
    core.set({ ...submittedRun, state: 'running' });
    const { io, ended } = start(['watch', 'last'], { core, terminal: { columns: 80, rows: 20 } });
    await asked(core, 'runs/watch');
    io.signal(signal);
    expect(await ended).toBe(exitCode);
    expect(io.written.stderr).toBe('');
    expect(io.screen?.cursorVisible).toBe(true);
    expect(core.requested('runs/cancel')).toEqual([]);
    expect(core.listeners).toBe(0);
    expect(io.timers).toBe(0);
  });

  it('by a reader that went away does the same', async () => {
    const core = new FakeCore();
    core.set({ ...submittedRun, state: 'running' });
    const { io, ended } = start(['watch', 'last'], { core });
    await asked(core, 'runs/watch');
    io.closeStdout();
    core.set({ ...submittedRun, state: 'running', steps: [{ name: 'prepare', state: 'running', startedAt: 1 }] });
    expect(await ended).toBe(141);
    expect(io.written.stderr).toBe('');
    expect(core.requested('runs/cancel')).toEqual([]);
  });
});

describe('the Node that runs it', () => {
  it.each(['22.15.1', '22.16.0', '24.0.0', '100.0.0'])('%s will do', (version) => {
    expect(nodeComplaint(version)).toBeUndefined();
  });
  it.each(['20.20.2', '22.15.0', '22.9.9', '18.0.0'])('%s is told to be too old', (version) => {
    expect(nodeComplaint(version)).toMatch(new RegExp(`22\\.15\\.1.*${version}[^]*fix`));
  });
});
