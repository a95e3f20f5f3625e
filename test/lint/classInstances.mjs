/**
 * typescript-eslint's no-unsafe-class-instance-assignment: who asks for an instance of a class gets one, no look-alike. oxlint's program for
 * rules with types has this rule, oxlint 1.94 does not know it yet; so it is asked here. When oxlint lists it, it goes into
 * .oxlintrc.json and this file goes. With paths as arguments those are checked, without the repository.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const root = join(import.meta.dirname, '../..');
const rule = 'no-unsafe-class-instance-assignment';

function repository() {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.ts', '*.tsx'];
  const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  const own = listed.filter((path) => path !== '' && !path.includes('__fixtures__'));
  return own.map((path) => join(root, path)).filter((path) => existsSync(path));
}

/** What the program answers: messages of a length (4 bytes), a kind (1 byte: 0 an error, 1 a finding) and JSON. */
function* messages(answer) {
  for (let at = 0; at < answer.length;) {
    const length = answer.readUInt32LE(at);
    yield { kind: answer[at + 4], ...JSON.parse(answer.toString('utf8', at + 5, at + 5 + length)) };
    at += 5 + length;
  }
}

const given = process.argv.slice(2).map((path) => resolve(path));
const files = given.length > 0 ? given : repository();
const asked = JSON.stringify({ version: 2, configs: [{ file_paths: files, rules: [{ name: rule }] }] });
const program = join(createRequire(import.meta.url).resolve('oxlint-tsgolint/package.json'), '../bin/tsgolint.js');
const ended = spawnSync(process.execPath, [program, 'headless'], { cwd: root, input: asked, maxBuffer: 2 ** 28 });
const found = [...messages(ended.stdout)];
for (const { file_path: path, range, message, error } of found) {
  const line = path === undefined ? 0 : readFileSync(path).subarray(0, range.pos).toString().split('\n').length;
  console.log(path === undefined ? error : `${path}:${line}: ${message.description} (${rule})`);
}
if (ended.status !== 0) console.log(`tsgolint ended with ${ended.status ?? ended.signal}: ${ended.stderr}`);
process.exitCode = found.length > 0 || ended.status !== 0 ? 1 : 0;
