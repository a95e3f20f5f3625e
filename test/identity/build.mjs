/**
 * Makes the tests' identity provider ready, once: Keycloak and a directory server (LDAP), fetched by Maven; Keycloak built,
 * its database made with our realm in it, and an archive of its classes, with which it starts in a third of the time. All of it
 * lies in the user's cache, by a hash of what it is made of. Plain JavaScript, for it begins before there are npm packages.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { locked } from '../cluster/tools/lock.mjs';
import { execute, pause } from '../cluster/tools/processes.mjs';
import { installDebianPackages, root } from '../setup.mjs';
import { makeCertificates } from './certificates.mjs';
import { administrator, directory, keycloakCommand, startArguments } from './launch.mjs';

const here = import.meta.dirname;
const realmFile = join(root, 'docs/platform/keycloak-realm.json');
const configured = process.env.XDG_CACHE_HOME ?? '';
const cache = join(isAbsolute(configured) ? configured : join(homedir(), '.cache'), 'slipway-keycloak');
/** How many folders stay: checkouts of two revisions can take turns. */
const kept = 2;

/** Java and Maven, from Debian's packages where that is possible. @throws Error that names what is missing */
async function installJava() {
  const works = (command) => spawnSync(command, ['--version']).status === 0;
  if (!works('java') || !works('mvn')) {
    await installDebianPackages('--no-install-recommends', 'default-jre-headless', 'maven');
  }
  const missing = ['java', 'mvn'].filter((command) => !works(command));
  if (missing.length === 0) return;
  throw new Error(`The identity provider of the tests needs ${missing.join(' and ')}. On Debian and Ubuntu: \
sudo apt install default-jre-headless maven`);
}

/**
 * Builds what is missing. Two that do it at the same time take turns.
 * @returns absolute paths: Keycloak's distribution, its database, its class archive, the directory server's jar
 */
export async function prepareIdentityProvider({ log = console.log } = {}) {
  await installJava();
  const folder = join(cache, digest());
  const done = join(folder, 'complete');
  if (!existsSync(done)) {
    mkdirSync(cache, { recursive: true });
    await locked('keycloak', log, async () => {
      if (!existsSync(done)) await make(folder, log);
      writeFileSync(done, '');
    });
  }
  utimesSync(folder, new Date(), new Date());
  prune();
  return productsOf(folder);
}

/**
 * Begins to build in the background.
 * @returns a function that resolves when it is done, and rejects where it cannot be; a stage prints what was done
 */
export function beginIdentityProvider() {
  const lines = [];
  const done = prepareIdentityProvider({ log: (line) => lines.push(line) }).then(
    () => undefined,
    (error) => error,
  );
  return async (stage) => {
    const error = await done;
    for (const line of lines.splice(0)) stage.print(line);
    if (error !== undefined) throw error;
  };
}

function digest() {
  // Another Java cannot use the archive of classes.
  const hash = createHash('sha256').update(spawnSync('java', ['--version'], { encoding: 'utf8' }).stdout);
  for (const name of ['pom.xml', 'build.mjs', 'launch.mjs']) hash.update(readFileSync(join(here, name)));
  return hash.update(readFileSync(realmFile)).digest('hex').slice(0, 12);
}

function productsOf(folder) {
  const distribution = readdirSync(folder).find((name) => name.startsWith('keycloak-'));
  return {
    distribution: join(folder, distribution),
    database: join(folder, distribution, 'data/h2'),
    classes: join(folder, 'classes.jsa'),
    directoryJar: join(folder, 'unboundid-ldapsdk.jar'),
  };
}

async function make(folder, log) {
  const started = performance.now();
  const timed = (text) => log(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  Keycloak ${text}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  await execute('mvn', ['-B', '-q', '-f', join(here, 'pom.xml'), `-Dparts=${folder}`, 'generate-resources']);
  const products = productsOf(folder);
  const { distribution } = products;
  timed('is fetched');
  await execute(...keycloakCommand(distribution, distribution, ['build', '--db=dev-file', '--health-enabled=true']));
  timed('is built');
  await startOnce(folder, products);
  timed('has its database and its archive of classes');
}

/**
 * Starts it as on its first day: it makes the database and takes the realm. Where it ends it writes down the classes that it
 * loaded, those of a sign-in among them.
 */
async function startOnce(folder, { distribution, classes }) {
  const imported = join(distribution, 'data/import');
  mkdirSync(imported, { recursive: true });
  // It wants the file named after the realm.
  copyFileSync(realmFile, join(imported, 'slipway-realm.json'));
  const { authority, certificate, key } = await makeCertificates(join(folder, 'certificates'));
  const [port, managementPort] = [await freePort(), await freePort()];
  const args = [...startArguments({ port, managementPort, certificate, key }), '--import-realm'];
  const [command, all] = keycloakCommand(distribution, distribution, args, [`-XX:ArchiveClassesAtExit=${classes}`]);
  const log = openSync(join(folder, 'first-start.log'), 'a');
  const server = spawn(command, all, { env: { ...process.env, ...firstStart }, stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = new Promise((resolve, reject) => server.once('error', reject).once('exit', resolve));
  try {
    await Promise.race([isReady(managementPort), ended.then(() => Promise.reject(new Error('it ended at once')))]);
    await walkThrough(`https://127.0.0.1:${port}`, authority);
  } catch (error) {
    const said = readFileSync(join(folder, 'first-start.log'), 'utf8').slice(-4_000);
    throw new Error(`Keycloak cannot be started: ${error.message}\n${said}`, { cause: error });
  } finally {
    server.kill('SIGTERM');
    await ended.catch(() => undefined);
  }
  if (!existsSync(classes)) throw new Error(`Keycloak left no archive of its classes: ${folder}/first-start.log`);
}

/** The realm file takes these from the environment; where the directory is, each start of a test says anew. */
const firstStart = {
  KC_BOOTSTRAP_ADMIN_USERNAME: administrator.username,
  KC_BOOTSTRAP_ADMIN_PASSWORD: administrator.password,
  LDAP_URL: 'ldap://127.0.0.1:1',
  LDAP_BIND_DN: directory.bindDn,
  LDAP_BIND_PASSWORD: directory.bindPassword,
  LDAP_USERS_DN: directory.usersDn,
  LDAP_GROUPS_DN: directory.groupsDn,
};

async function isReady(managementPort) {
  const end = performance.now() + 300_000;
  while (performance.now() < end) {
    const answer = await fetch(`http://127.0.0.1:${managementPort}/health/ready`).catch(() => undefined);
    if (answer?.ok === true) return;
    await pause(200);
  }
  throw new Error('it was not ready within 300 s');
}

/** Asks for what a sign-in asks for first. */
async function walkThrough(url, authority) {
  const challenge = createHash('sha256').update('any').digest('base64url');
  const question = new URLSearchParams({
    client_id: 'slipway',
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:1/callback',
    scope: 'openid groups',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const { username, password } = administrator;
  const login = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username, password });
  const ca = readFileSync(authority);
  await ask(`${url}/realms/slipway/.well-known/openid-configuration`, ca);
  await ask(`${url}/realms/slipway/protocol/openid-connect/auth?${question.toString()}`, ca);
  await ask(`${url}/realms/master/protocol/openid-connect/token`, ca, login.toString());
}

/** A GET, or a POST of a form; rejects where the answer is not 200. */
function ask(url, ca, form) {
  const headers = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca, headers, method: form === undefined ? 'GET' : 'POST', agent: false }, (answer) => {
      answer.resume();
      if (answer.statusCode === 200) answer.once('end', resolve);
      else reject(new Error(`${url.split('?')[0]} answered ${answer.statusCode}`));
    });
    asked.once('error', reject).end(form);
  });
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function prune() {
  const folders = readdirSync(cache)
    .map((name) => join(cache, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  for (const folder of folders.slice(kept)) rmSync(folder, { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(JSON.stringify(await prepareIdentityProvider({ log: console.error }), undefined, 2));
}
