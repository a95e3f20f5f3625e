import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startKeyring } from '../../../shared/src/identity/testing/testKeyring.ts';
import { kubectl, type ClusterStatus } from '../../cluster/cluster.mjs';
import { Keycloak, passwords, type PersonName } from '../../identity/keycloak.ts';
import { KeycloakPages } from '../../identity/keycloakPages.ts';
import { json, Machine, notebook, type Started } from '../cli/slipway.ts';
import { adminRequest, fieldOf, pathOf } from '../cluster/adminRequest.ts';
import { testCluster } from '../cluster/clusterMachine.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { audited, eventually, setUpCluster, teamProfile } from './signedInMachine.ts';
import { filesWithTokens, objectsWithTokens, processesWithTokens } from './tokenSearch.ts';

/** How long access and ID tokens hold, in seconds: shorter than a run takes. */
const tokenSeconds = 30;

let keycloak: Keycloak;
let browser: Browser;
let cluster: ClusterStatus;
let forgetIssuer: () => Promise<void>;
let machine: Machine;
let pages: KeycloakPages;

beforeAll(async () => {
  cluster = testCluster();
  [keycloak, browser] = await Promise.all([
    Keycloak.start({ realm: { accessTokenLifespan: tokenSeconds } }),
    launchBrowser(),
  ]);
  forgetIssuer = await setUpCluster(keycloak);
});

afterAll(async () => {
  await forgetIssuer();
  await browser.close();
  await keycloak.dispose();
});

beforeEach(async () => {
  for (const person of ['alice', 'bob', 'carol']) {
    await keycloak.admin.endSessions(person);
    await keycloak.admin.forgetConsent(person);
  }
  pages = await KeycloakPages.open(browser);
  machine = await Machine.create();
  for (const space of ['team-b', 'team-a']) {
    const file = join(machine.folder, `${space}.yaml`);
    await writeFile(file, await teamProfile(keycloak, cluster, space));
    const taken = await machine.slipway(['context', 'import', file, '--use']);
    expect(taken.exitCode, taken.stderr).toBe(0);
  }
});

afterEach(async () => {
  await pages.close();
  await machine.dispose();
});

/** The address that `slipway login` shows. */
async function addressOf(login: Started): Promise<string> {
  await login.until(/https:\S+/);
  return /https:\S+/.exec(login.output())?.[0] ?? '';
}

/** Signs in by the browser, as somebody who agreed to everything. */
async function signIn(person: PersonName): Promise<string> {
  const login = machine.start(['login']);
  await pages.page.goto(await addressOf(login));
  await pages.logIn(person, passwords[person]);
  await pages.asksToAllow();
  await pages.allow();
  const ended = await login.ended;
  expect(ended.exitCode, ended.stderr).toBe(0);
  return ended.stdout;
}

/** What the system's `ssh` says and does with the config that Slipway wrote. */
async function ssh(...words: readonly string[]): Promise<{ readonly exitCode: number; readonly output: string }> {
  const config = join(machine.data, 'slipway/ssh/config');
  const child = spawn('ssh', ['-F', config, ...words], { env: machine.environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  const [exitCode] = (await once(child, 'close')) as [number];
  return { exitCode, output };
}

/** A notebook that prints a line a second. */
const seconds = (count: number): string =>
  notebook([`import time\nfor n in range(${count}):\n    print("tick", n, flush=True)\n    time.sleep(1)`]);

describe('signing in from the terminal at Keycloak, with a directory behind it', () => {
  it('runs a notebook as that person, goes on over the life of tokens, and ends with the sign-out', async () => {
    const { size } = await stat(cluster.auditLog);
    const nobody = await machine.slipway(['whoami']);
    expect(nobody.exitCode).not.toBe(0);
    expect(nobody.stderr).toMatch(/^error +Nobody is signed in .*\nfix +Sign in with "slipway login/);

    const login = machine.start(['login']);
    await pages.page.goto(await addressOf(login));
    await pages.logIn('alice', 'not-hers');
    expect(await pages.complaint()).toContain('Invalid username or password');
    await pages.logIn('alice', passwords.alice);
    expect(await pages.asksToAllow()).toEqual(expect.arrayContaining(['Your groups']));
    await pages.allow();
    await pages.page.waitForURL(/^http:\/\/127\.0\.0\.1/);
    const signedIn = await login.ended;
    expect(signedIn.exitCode, signedIn.stderr).toBe(0);
    expect(signedIn.stdout).toMatch(/signed in as alice.*team-a/);
    const who = await machine.slipway(['whoami']);
    expect(who.exitCode, who.stderr).toBe(0);
    expect(who.stdout).toMatch(/cluster +oidc:alice .*oidc:team-a/);

    const file = await machine.write('nb/long.ipynb', seconds(tokenSeconds + 15));
    const sent = await machine.slipway(['run', file, '-d', '-o', 'json']);
    expect(sent.exitCode, sent.stderr).toBe(0);
    const { run } = json(sent);
    const following = machine.start(['logs', run, '-f', '--step', 'notebook']);
    await following.until(/tick 3\b/);
    const processes = await processesWithTokens(machine.environment.HOME ?? '');
    expect(processes.all.join('\n')).toContain('logs');
    expect(processes.found).toEqual([]);
    const objects = await objectsWithTokens('team-a');
    expect(objects.all.join('\n')).toContain(`PipelineRun/${run}`);
    expect(objects.found).toEqual([]);
    await following.until(new RegExp(`tick ${tokenSeconds + 5}\\b`));
    // The token that it began with has run out: what it asks from now on proves who asks by another.
    const { size: expired } = await stat(cluster.auditLog);
    const followed = await following.ended;
    expect([...(await audited(cluster, expired, 'oidc:alice'))].join('\n')).toMatch(/ 200$/m);
    expect(followed.exitCode, followed.stderr).toBe(0);
    const ticks = [...followed.stdout.matchAll(/^tick (\d+)$/gm)].map(([, n]) => Number(n));
    expect(ticks).toEqual(Array.from({ length: tokenSeconds + 15 }, (_, n) => n));

    const annotation = 'jsonpath={.metadata.annotations.slipway\\.dev/user}';
    expect(await kubectl(['-n', 'team-a', 'get', `pipelinerun/${run}`, '-o', annotation])).toContain('alice');
    const did = await audited(cluster, size, 'oidc:alice');
    expect([...did]).toEqual(expect.arrayContaining(['create pipelineruns team-a 201']));
    // The search finds what there is: the vault, and nothing else in all that the person's machine kept.
    expect(await filesWithTokens(machine.folder)).toEqual([expect.stringMatching(/^data\/slipway\/identity\//)]);
    expect(followed.stdout + followed.stderr + sent.stdout + sent.stderr + signedIn.stdout).not.toContain('eyJ');

    expect(await keycloak.admin.sessions('alice')).toBe(1);
    const out = await machine.slipway(['logout']);
    expect(out.exitCode, out.stderr).toBe(0);
    expect(out.stdout).toContain('stays valid at the API server until it expires');
    await eventually('the session at Keycloak is over', async () =>
      (await keycloak.admin.sessions('alice')) === 0 ? true : undefined,
    );
    expect(await filesWithTokens(machine.folder)).toEqual([]);
    const after = await machine.slipway(['runs', '--context', 'team-a']);
    expect(after.exitCode).not.toBe(0);
    expect(after.stderr).toMatch(/sign in/i);
    const refused = await machine.slipway(['run', file]);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.stderr).toMatch(/^error +Nobody is signed in .*\nfix +Sign in with "slipway login[^\n]*\n$/);
    // Keycloak knows the browser no more, either.
    const again = machine.start(['login']);
    await pages.page.goto(await addressOf(again));
    await pages.page.waitForSelector('#password');
    again.child.kill('SIGINT');
    await again.ended;
    await kubectl(['-n', 'team-a', 'delete', 'pipelinerun', run, '--wait=false']);
  });

  it('opens a DevEnv as that person by plain ssh, over the life of tokens, until the sign-out', async () => {
    await signIn('alice');
    try {
      const made = await machine.slipway(['devenv', 'create', '--instance-type', 'small']);
      expect(made.exitCode, made.stderr).toBe(0);
      const name = /devenv-[\w-]+/.exec(made.stdout)?.[0] ?? '';
      const connected = await machine.slipway(['devenv', 'connect', '--no-include', name]);
      expect(connected.exitCode, connected.stderr).toBe(0);
      const { size } = await stat(cluster.auditLog);
      const host = `${name}.team-a`;
      const session = ssh(host, `for n in $(seq ${tokenSeconds + 10}); do echo tick $n; sleep 1; done`);
      await eventually('the session is open', async () =>
        (await audited(cluster, size, 'oidc:alice')).has('get pods team-a 101') ? true : undefined,
      );
      const processes = await processesWithTokens(machine.environment.HOME ?? '');
      expect(processes.all.join('\n')).toContain('ssh-proxy');
      expect(processes.found).toEqual([]);
      // What is open goes on after its token, and what is opened then asks for another by itself.
      expect((await session).output.match(/^tick \d+$/gm)).toHaveLength(tokenSeconds + 10);
      expect(await ssh(host, 'whoami')).toEqual({ exitCode: 0, output: 'dev\n' });
      expect(await filesWithTokens(machine.folder)).toEqual([expect.stringMatching(/^data\/slipway\/identity\//)]);

      const elsewhere = await machine.slipway(['devenv', 'create', '--context', 'team-b']);
      expect(elsewhere.exitCode).not.toBe(0);
      expect(elsewhere.stderr).toMatch(/may not .*team-b/);
      const proxy = `${join(machine.data, 'slipway/bin/slipway')} ssh-proxy --context team-a --namespace team-b ${name}`;
      expect((await ssh('-o', `ProxyCommand=${proxy}`, host, 'true')).output).toMatch(/may not .*team-b/);

      expect((await machine.slipway(['logout'])).exitCode).toBe(0);
      const refused = await ssh(host, 'true');
      expect(refused.exitCode).toBe(255);
      expect(refused.output).toMatch(/Nobody is signed in .*\n.*slipway login/);
    } finally {
      await kubectl(['-n', 'team-a', 'delete', 'pod,pvc,secret', '-l', 'slipway.dev/devenv', '--wait=false']);
    }
  });

  it('says who refused what: the person at Keycloak, the cluster in the space of another team', async () => {
    const refused = machine.start(['login']);
    await pages.page.goto(await addressOf(refused));
    await pages.logIn('alice', passwords.alice);
    await pages.asksToAllow();
    await pages.refuse();
    const told = await refused.ended;
    expect(told.exitCode).not.toBe(0);
    expect(told.stderr).toMatch(/^error +.*(denied|refused|not agree|did not allow)/i);
    await pages.context.clearCookies();
    await signIn('alice');
    const file = await machine.write('a.ipynb', notebook(['print(1)']));
    for (const args of [['run', file], ['run', file, '--no-preflight'], ['runs']]) {
      const ended = await machine.slipway([...args, '--context', 'team-b']);
      expect(ended.exitCode, args.join(' ')).not.toBe(0);
      expect(ended.stderr).toContain('team-b');
      expect(ended.stderr).toMatch(/may not|forbidden/);
    }
  });

  it('goes on watching a run whose tokens ran out while Keycloak was away', async () => {
    await keycloak.admin.changeRealm({ accessTokenLifespan: 10 });
    try {
      await signIn('alice');
      const command = ['--', 'bash', '-c', 'for n in $(seq 8); do echo tick $n; sleep 1; done'];
      const sent = await machine.slipway(['run', '-d', '-o', 'json', ...command]);
      expect(sent.exitCode, sent.stderr).toBe(0);
      const { run } = json(sent);
      const watching = machine.start(['watch', run]);
      await watching.until(/command/);
      await keycloak.leave();
      const path = pathOf(`pipelinerun/${run}`, 'team-a');
      await eventually('the run is over', async () => {
        const object = await adminRequest(cluster.kubeconfig, 'GET', path);
        return fieldOf(object, '.status.completionTime') === '' ? undefined : true;
      });
      await keycloak.comeBack();
      const ended = await watching.ended;
      expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
      expect(ended.stdout).toMatch(/passed/);
      await kubectl(['-n', 'team-a', 'delete', 'pipelinerun', run, '--wait=false']);
    } finally {
      await keycloak.comeBack();
      await keycloak.admin.changeRealm({ accessTokenLifespan: tokenSeconds });
    }
  });

  it('takes a code from another device, and keeps the sign-in in the keyring of GNOME', async () => {
    const keyring = await startKeyring();
    try {
      const env = { DBUS_SESSION_BUS_ADDRESS: keyring.env.DBUS_SESSION_BUS_ADDRESS ?? '' };
      const login = machine.start(['login', '--device'], { env });
      await login.until(/code +\S+[^]*https:\S+/);
      const [, code = ''] = /code +(\S+)/.exec(login.output()) ?? [];
      const [, address = ''] = /enter at +(\S+)/.exec(login.output()) ?? [];
      await pages.enterCode(address, code);
      await pages.logIn('carol', passwords.carol);
      await pages.asksToAllow();
      await pages.allow();
      const ended = await login.ended;
      expect(ended.exitCode, ended.stderr).toBe(0);
      expect(ended.stdout).toContain('keyring');
      expect(await filesWithTokens(machine.folder)).toEqual([]);
      // Another process gets a token by what is in the keyring. Carol is in no group: the cluster knows her, and lets her do nothing.
      const who = await machine.slipway(['whoami'], { env });
      expect(who.exitCode, who.stderr).toBe(0);
      expect(who.stdout).toMatch(/cluster +oidc:carol/);
      const runs = await machine.slipway(['runs', '--context', 'team-a'], { env });
      expect(runs.stderr).toMatch(/may not|forbidden/);
      expect((await machine.slipway(['logout'], { env })).exitCode).toBe(0);
      expect((await machine.slipway(['whoami'], { env })).stderr).toMatch(/sign in/i);
    } finally {
      await keyring.stop();
    }
  });
});
