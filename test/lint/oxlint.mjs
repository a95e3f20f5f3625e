#!/usr/bin/env node
/**
 * oxlint, with one more rule of its program for types: no-unsafe-class-instance-assignment (who asks for an instance of a class gets one, no
 * look-alike), which that program has and oxlint 1.94 does not know. A program of its own for it would read all types once more. So oxlint is
 * told that this script is its program for types; started by oxlint (`headless`), it asks the real one for that rule too, and hands its findings
 * on under the name of a rule that oxlint knows. When oxlint lists the rule, it goes into .oxlintrc.json and this file goes.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const rule = 'no-unsafe-class-instance-assignment';
/** Asked for in .oxlintrc.json. */
const toldAs = 'no-unsafe-assignment';

/** The entry point of a program by its package and path there. */
function program(name, path) {
  return join(createRequire(import.meta.url).resolve(`${name}/package.json`), '..', path);
}

/** Messages: a length (4 bytes, little endian), a kind (1 byte; 1 is a finding) and JSON of that length. */
function retold(answer) {
  const parts = [];
  for (let at = 0; at < answer.length;) {
    const end = at + 5 + answer.readUInt32LE(at);
    const message = JSON.parse(answer.toString('utf8', at + 5, end));
    if (message.rule === rule) {
      message.rule = toldAs;
      message.message.description += ` (${rule})`;
    }
    const text = Buffer.from(JSON.stringify(message));
    const head = Buffer.alloc(5, answer[at + 4]);
    head.writeUInt32LE(text.length);
    parts.push(head, text);
    at = end;
  }
  return Buffer.concat(parts);
}

function askTypes(args) {
  const asked = JSON.parse(readFileSync(0, 'utf8'));
  for (const { rules } of asked.configs) rules.push({ name: rule });
  const ended = spawnSync(process.execPath, [program('oxlint-tsgolint', 'bin/tsgolint.js'), ...args], {
    input: JSON.stringify(asked),
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
  });
  process.stdout.write(retold(ended.stdout));
  return ended.status ?? 1;
}

function runOxlint(args) {
  const env = { ...process.env, OXLINT_TSGOLINT_PATH: import.meta.filename };
  const ended = spawnSync(process.execPath, [program('oxlint', 'bin/oxlint'), ...args], { env, stdio: 'inherit' });
  return ended.status ?? 1;
}

const args = process.argv.slice(2);
process.exitCode = args[0] === 'headless' ? askTypes(args) : runOxlint(args);
