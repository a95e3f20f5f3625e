/**
 * Issuers that the API server believes besides the cluster's own, while a test runs. It reads its configuration again when the
 * file changes, and takes it once it has reached every issuer in it: about ten seconds. So an issuer whose test has ended,
 * however it did, must not stay.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTime } from '../tools/daemons.mjs';
import { locked } from '../tools/lock.mjs';
import { kubectl, waitFor } from '../tools/processes.mjs';
import { paths } from '../settings.mjs';

const file = join(paths.state, 'authentication.yaml');
/** Below it, one line an issuer: JSON, which is YAML, and who asked for it. */
const marker = '# Issuers of tests that run, by process\n';

/**
 * Lets the API server believe the ID tokens of an issuer, until `forget` or the end of this process. Resolves once it does.
 * @returns forget
 */
export async function trustIssuer(issuer) {
  const { url, audience, certificateAuthority, usernameClaim, groupsClaim = 'groups' } = issuer;
  const entry = {
    issuer: { url, audiences: [audience], certificateAuthority },
    claimMappings: {
      username: { claim: usernameClaim, prefix: 'oidc:' },
      groups: { claim: groupsClaim, prefix: 'oidc:' },
    },
  };
  const line = `  - ${JSON.stringify(entry)} # ${process.pid} ${startTime(process.pid)}\n`;
  const mayHaveTaken = reloads();
  await change((lines) => [...lines, line]);
  await waitFor(`the API server takes the issuer ${url}`, 240, () => mayHaveTaken() && hasTaken(line));
  return async () => void (await change((lines) => lines.filter((other) => other !== line)));
}

/** Rewrites the lines of issuers, without those whose tests are gone. */
function change(edit) {
  return locked(
    'authentication',
    () => undefined,
    () => {
      const [own, others = ''] = readFileSync(file, 'utf8').split(marker);
      const lines = edit(others.split(/(?<=\n)/).filter((line) => line !== '' && isOwned(line)));
      writeFileSync(`${file}.new`, `${own}${marker}${lines.join('')}`);
      renameSync(`${file}.new`, file);
    },
  );
}

function isOwned(line) {
  const [pid, started] = line
    .slice(line.lastIndexOf('#') + 1)
    .trim()
    .split(' ');
  return startTime(pid) === started;
}

/**
 * Makes a function that says whether it is worth asking which configuration the API server goes by: its log has told of a reload since it was
 * asked last, or that was ten seconds ago. The answer is among all its metrics, five megabytes.
 */
function reloads() {
  const log = join(paths.logs, 'kube-apiserver.log');
  let read = statSync(log).size;
  let asked = performance.now();
  return () => {
    const news = readFrom(log, read);
    read += news.length;
    const isWorthIt = news.includes('"reloaded authentication config"') || performance.now() - asked > 10_000;
    if (isWorthIt) asked = performance.now();
    return isWorthIt;
  };
}

/** What a file has from a place on. */
function readFrom(path, place) {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(fstatSync(file).size - place, 0));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, place));
  } finally {
    closeSync(file);
  }
}

/** True once the API server goes by a configuration with this line in it; its metrics tell which one. */
async function hasTaken(line) {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(line)) throw new Error(`Another start of the cluster took the issuer out of ${file}.`);
  const metrics = await kubectl(['get', '--raw', '/metrics']).catch(() => '');
  const info = /^apiserver_authentication_config_controller_last_config_info\{.*\bhash="sha256:(\w+)"\} 1$/m;
  return info.exec(metrics)?.[1] === createHash('sha256').update(text).digest('hex');
}
