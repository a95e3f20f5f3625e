/** One build and one start at a time on a machine, whoever asks for them. */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTime } from './daemons.mjs';
import { pause } from './processes.mjs';
import { cache } from '../settings.mjs';

let count = 0;

/** Does `work` while holding the lock `name`; waits for another process that holds it, and says so once. */
export async function locked(name, log, work, folder = cache) {
  const file = join(folder, `${name}.lock`);
  const mine = `${file}.${process.pid}.${(count += 1)}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(mine, `${process.pid} ${startTime(process.pid)}\n`);
  try {
    for (let said = false; !taken(mine, file); said = true) {
      if (!said) log(`another process holds ${file}; waiting`);
      await pause(500);
    }
    try {
      return await work();
    } finally {
      rmSync(file, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function taken(mine, file) {
  try {
    // A hard link appears whole or not at all, with its content.
    linkSync(mine, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const holder = contentOf(file);
  const [pid, started] = holder.trim().split(' ');
  if (holder !== '' && startTime(pid) !== started) moveAway(file, holder, `${mine}.dead`);
  return false;
}

/** Removes the lock of a dead holder; one that somebody else took in the meantime stays. */
function moveAway(file, holder, away) {
  try {
    renameSync(file, away);
    if (contentOf(away) !== holder) linkSync(away, file);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  rmSync(away, { force: true });
}

function contentOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
