import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { DevEnv } from '@slipway/shared/protocol';
import { devEnvNamed } from '@slipway/shared/protocol/testing';
import * as vscode from 'vscode';
import { DevEnvActions } from '../../src/devenvs/devEnvActions.ts';
import { DevEnvOpener, type DevEnvOpenerOptions } from '../../src/devenvs/devEnvOpener.ts';
import { type ScriptedParts, scriptedParts } from './devEnvParts.ts';
import { slipway } from './extension.ts';

const reference = { context: 'team-a', devEnv: 'devenv-alice' };
/** A stand-in for an extension that opens windows over SSH, which runSuite.mjs installs: it has its settings and does nothing. */
const flavour = 'jeanp413.open-remote-ssh';

function memory(): DevEnvOpenerOptions['memory'] {
  const values = new Map<string, unknown>();
  return {
    get: (key) => values.get(key),
    update: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}

interface Scene {
  readonly devEnv?: DevEnv;
  readonly isDesktop?: boolean;
  readonly hasSsh?: boolean;
  readonly conflicts?: readonly string[];
}

function open(scene: Scene): ScriptedParts & { readonly opener: DevEnvOpener } {
  const { devEnv = devEnvNamed('devenv-alice'), isDesktop = true, hasSsh = true, conflicts = [] } = scene;
  const { host } = devEnv;
  const scripted = scriptedParts({
    'devenvs/get': () => devEnv,
    'devenvs/start': () => ({ ...devEnv, state: 'running' }),
    'devenvs/connect': ({ include }: { readonly include: boolean }) => ({
      host,
      user: 'dev',
      workspace: '/workspace',
      configFile: '/home/alice/.local/share/slipway/ssh/config',
      ...(include && { includedIn: '/home/alice/.ssh/config' }),
      command: include ? `ssh ${host}` : `ssh -F /home/alice/.local/share/slipway/ssh/config ${host}`,
      hostKeyFingerprint: 'SHA256:abc',
      conflicts,
    }),
  });
  const opener = new DevEnvOpener({
    ...scripted.parts,
    actions: new DevEnvActions(scripted.parts),
    memory: memory(),
    log: { warn: (text: string) => assert.fail(text) },
    isDesktop: () => isDesktop,
    hasSsh: () => Promise.resolve(hasSsh),
    browserIsHere: () => Promise.resolve(true),
  });
  return { ...scripted, opener };
}

describe('opening a DevEnv', () => {
  const { executeCommand } = vscode.commands;
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('remote.SSH');
  let opened: { readonly uri: string; readonly options: unknown }[];

  before(async () => {
    await slipway().activate();
    assert.ok(vscode.extensions.getExtension(flavour) !== undefined, `${flavour} is not installed`);
  });
  beforeEach(() => {
    opened = [];
    vscode.commands.executeCommand = (command: string, ...rest: unknown[]): Thenable<never> => {
      if (command !== 'vscode.openFolder') return executeCommand(command, ...rest);
      assert.ok(rest[0] instanceof vscode.Uri);
      opened.push({ uri: rest[0].toString(), options: rest[1] });
      return Promise.resolve(undefined as never);
    };
  });
  afterEach(async () => {
    vscode.commands.executeCommand = executeCommand;
    for (const name of ['remotePlatform', 'connectTimeout', 'configFile'])
      await settings().update(name, undefined, vscode.ConfigurationTarget.Global);
  });

  it('asks VS Code for a window on /workspace over SSH, this one or a new one', async () => {
    const { opener, dispose } = open({});
    await opener.open(reference, false);
    await opener.open(reference, true);
    dispose();
    const uri = 'vscode-remote://ssh-remote%2Bdevenv-alice.team-a/workspace';
    assert.deepEqual(opened, [
      { uri, options: { forceNewWindow: false } },
      { uri, options: { forceNewWindow: true } },
    ]);
  });

  it('starts one that is stopped before', async () => {
    const { opener, asked, dispose } = open({ devEnv: devEnvNamed('devenv-alice', { state: 'stopped' }) });
    await opener.open(reference, false);
    dispose();
    assert.deepEqual(
      asked.map(({ name }) => name),
      ['devenvs/get', 'devenvs/start', 'devenvs/connect'],
    );
    assert.equal(opened.length, 1);
  });

  it('sets what Remote-SSH must know, leaves what is there, and tells of it once', async () => {
    await settings().update('remotePlatform', { other: 'windows' }, vscode.ConfigurationTarget.Global);
    const { opener, said, dispose } = open({});
    await opener.open(reference, false);
    await opener.open(reference, false);
    dispose();
    assert.deepEqual(settings().get('remotePlatform'), { other: 'windows', 'devenv-alice.team-a': 'linux' });
    assert.equal(settings().get('connectTimeout'), 1800);
    assert.equal(said.length, 1);
    assert.match(said[0] ?? '', /remote\.SSH\.remotePlatform, remote\.SSH\.connectTimeout/);
  });

  it('leaves a longer patience as it is', async () => {
    await settings().update('connectTimeout', 7200, vscode.ConfigurationTarget.Global);
    const { opener, dispose } = open({});
    await opener.open(reference, false);
    dispose();
    assert.equal(settings().get('connectTimeout'), 7200);
  });

  it('has the host written where Remote-SSH looks for hosts', async () => {
    await settings().update('configFile', '~/own/ssh config', vscode.ConfigurationTarget.Global);
    const { opener, asked, dispose } = open({});
    await opener.open(reference, false);
    dispose();
    assert.deepEqual(asked.at(-1)?.params, {
      context: 'team-a',
      name: 'devenv-alice',
      include: true,
      sshConfigFile: join(homedir(), 'own/ssh config'),
    });
  });

  it('does not touch the ssh config of a machine without ssh, nor where VS Code runs in a browser', async () => {
    const before = sshConfig();
    for (const scene of [{ hasSsh: false }, { isDesktop: false }]) {
      const { opener, asked, dispose } = open(scene);
      await opener.connect(reference);
      dispose();
      assert.deepEqual(asked.at(-1)?.params, { context: 'team-a', name: 'devenv-alice', include: false });
    }
    const { opener, dispose } = open({ hasSsh: false });
    await assert.rejects(opener.open(reference, false), /no ssh program/);
    dispose();
    assert.deepEqual([opened, sshConfig()], [[], before]);
  });

  it('copies a command that works, also where the ssh config is not touched', async () => {
    const { opener, dispose } = open({ isDesktop: false });
    await opener.copyCommand(reference);
    dispose();
    assert.match(await vscode.env.clipboard.readText(), /^ssh -F .*\/ssh\/config devenv-alice\.team-a$/);
  });
});

function sshConfig(): string | undefined {
  const file = join(homedir(), '.ssh/config');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
