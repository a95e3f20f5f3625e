import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError, type ContextEntry } from '../../protocol/index.ts';
import { checkHands, configPath, readConfig } from './configFile.ts';
import { removeContext, replaceConfig, saveContext, saveContexts, setContextSpace, useContext } from './editConfig.ts';
import { parseConfig } from './parseConfig.ts';

let folder: string;
const entry: ContextEntry = { name: 'team-a', namespace: 'team-a', profile: { image: 'runner:1' } };

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'slipway-config-')), 'config');
});

afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

const textOf = (): Promise<string> => readFile(configPath(folder), 'utf8');

async function write(text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(configPath(folder), text, { mode: 0o600 });
}

describe('the configuration', () => {
  it('is of this machine alone where there is no file', async () => {
    expect(await readConfig(folder)).toMatchObject({ entries: [], currentContext: 'local' });
  });

  it('comes back as it was saved, in a file and a folder of its owner alone', async () => {
    await saveContext(folder, entry);
    expect((await readConfig(folder)).entries).toEqual([entry]);
    expect((await stat(configPath(folder))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await textOf()).toMatch(/^version: 1\n/);
  });

  it('keeps its comments and the other contexts through every change', async () => {
    await write(
      '# ours\nversion: 1\ncontexts:\n  # the big one\n  - name: team-a # A\n    profile: { image: runner:1 }\n',
    );
    await saveContext(folder, { ...entry, name: 'team-b' });
    await useContext(folder, 'team-b');
    await setContextSpace(folder, 'team-a', 'other');
    await setContextSpace(folder, 'team-a', 'third');
    const { entries, currentContext } = await readConfig(folder);
    expect(entries.map(({ name, namespace }) => [name, namespace])).toEqual([
      ['team-a', 'third'],
      ['team-b', 'team-a'],
    ]);
    expect(currentContext).toBe('team-b');
    for (const comment of ['# ours', '# the big one', '# A']) expect(await textOf()).toContain(comment);
  });

  it('does not replace a context unless told to', async () => {
    await saveContext(folder, entry);
    const again = { ...entry, profile: { image: 'runner:2' } };
    await expect(saveContexts(folder, [again], { replace: false })).rejects.toMatchObject({ code: 'context.exists' });
    await saveContexts(folder, [again], { replace: true });
    expect((await readConfig(folder)).entries).toEqual([again]);
  });

  it('lets a context go, once; local is current then', async () => {
    await saveContexts(folder, [entry], { replace: false, currentContext: 'team-a' });
    expect((await readConfig(folder)).currentContext).toBe('team-a');
    expect(await removeContext(folder, 'team-a')).toBe(true);
    expect(await removeContext(folder, 'team-a')).toBe(false);
    expect(await readConfig(folder)).toMatchObject({ entries: [], currentContext: 'local' });
  });

  it('knows only contexts that are there', async () => {
    await saveContext(folder, entry);
    await expect(useContext(folder, 'nowhere')).rejects.toMatchObject({
      code: 'context.unknown',
      action: 'Choose one of: local, team-a.',
    });
    await expect(setContextSpace(folder, 'nowhere', 'x')).rejects.toMatchObject({ code: 'context.unknown' });
    await expect(setContextSpace(folder, 'team-a', '../x')).rejects.toMatchObject({ code: 'context.invalid' });
    await useContext(folder, 'team-a');
    await useContext(folder, 'local');
    expect((await readConfig(folder)).currentContext).toBe('local');
  });

  it('is not overwritten by an edit that began before another change', async () => {
    await saveContext(folder, entry);
    const before = await textOf();
    await saveContext(folder, { ...entry, name: 'team-b' });
    await expect(replaceConfig(folder, before, before)).rejects.toMatchObject({ code: 'run.conflict' });
    await replaceConfig(folder, await textOf(), before);
    expect((await readConfig(folder)).entries).toEqual([entry]);
  });

  it('may be a link to a file that is kept elsewhere', async () => {
    await write('version: 1\n');
    const kept = join(folder, '..', 'kept.yaml');
    await writeFile(kept, '# kept\nversion: 1\n', { mode: 0o600 });
    await rm(configPath(folder));
    await symlink(kept, configPath(folder));
    await saveContext(folder, entry);
    expect(await readFile(kept, 'utf8')).toContain('team-a');
    expect(await textOf()).toContain('# kept');
  });

  it('takes changes of many at once without losing one', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `c${index}`);
    await Promise.all(names.map((name) => saveContext(folder, { ...entry, name })));
    const { entries } = await readConfig(folder);
    expect(entries.map(({ name }) => name).sort()).toEqual(names.sort());
    expect(await readdir(folder)).toEqual(['config.yaml']);
  });

  it('is not held up by a program that died while it changed it', async () => {
    await write('version: 1\n');
    const lock = `${configPath(folder)}.lock`;
    await writeFile(lock, '');
    await utimes(lock, new Date(0), new Date(0));
    await saveContext(folder, entry);
    expect((await readConfig(folder)).entries).toEqual([entry]);
  });
});

describe('a configuration that cannot be used', () => {
  const team = 'name: a, profile: {image: b}';
  const cluster = 'cluster: {server: "https://a.example:6443"}';
  const oidc = 'oidc: {issuer: "https://i.example", clientId: slipway}';
  it.each([
    ['contexts: [{name: a}', 'line 1'],
    ['contexts:\n  - name: a\n', 'contexts.0.profile'],
    ['contexts:\n  - {name: local, profile: {image: a}}\n', 'local is this machine'],
    [`contexts:\n  - {${team}}\n  - {${team}}\n`, 'stands there twice'],
    ['contexts:\n  - {name: a, profile: {image: b, images: c}}\n', 'contexts.0.profile.images'],
    [`contexts:\n  - {${team}, ${cluster}}\n`, 'needs oidc'],
    [`contexts:\n  - {${team}, ${cluster}, ${oidc}, kubeconfig: k}\n`, 'named twice'],
    [`contexts:\n  - {${team}, oidc: {issuer: "ftp://i.example", clientId: s}}\n`, 'contexts.0.oidc.issuer'],
    [`contexts:\n  - {${team}, cluster: {server: "http://a.example"}, ${oidc}}\n`, 'contexts.0.cluster.server'],
    [`contexts:\n  - {${team}, ${oidc.replace('}', ', clientSecret: x}')}}\n`, 'contexts.0.oidc'],
    ['- a\n', 'is not a configuration'],
    ['*nowhere', 'is not a configuration'],
    ['version: one\n', 'version'],
    ['version: 0\n', 'version'],
  ])('says where it is wrong: %j', (text, words) => {
    expect(() => parseConfig(text, 'config.yaml')).toThrow(words);
  });

  it('of a newer version is left as it is', async () => {
    await write('version: 2\nplaces: {}\n');
    const attempts = [() => readConfig(folder), () => saveContext(folder, entry), () => useContext(folder, 'local')];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'config.newer',
        action: expect.stringContaining('Update'),
      });
    }
    expect(await textOf()).toBe('version: 2\nplaces: {}\n');
  });

  it('is never overwritten by a change', async () => {
    await write('contexts: [{name: a}');
    await expect(saveContext(folder, entry)).rejects.toMatchObject({ code: 'context.invalid' });
    expect(await textOf()).toBe('contexts: [{name: a}');
  });

  it.each([
    ['belongs to another user', { uid: 12345, mode: 0o100600 }],
    ['other users of this machine may write it', { uid: 1000, mode: 0o100622 }],
    ['larger than 4 MB', { uid: 1000, mode: 0o100600, size: 5_000_000 }],
  ])('because it %s', (words, status) => {
    const hands = { size: 1, isFile: () => true, ...status };
    expect(() => checkHands('/c', hands, 1000)).toThrow(words);
    expect(() => checkHands('/c', { ...hands, uid: 0, mode: 0o100644, size: 1 }, 1000)).not.toThrow();
  });

  it('because it lies in the hands of others, on the real disk', async () => {
    await write('version: 1\n');
    await chmod(configPath(folder), 0o666);
    await expect(readConfig(folder)).rejects.toMatchObject({ action: expect.stringContaining('chmod 600') });
    await chmod(configPath(folder), 0o600);
    if (process.getuid?.() === 0) {
      await chown(configPath(folder), 65534, 65534);
      await expect(readConfig(folder)).rejects.toThrow('another user');
    }
  });

  it('because it is a folder', async () => {
    await mkdir(configPath(folder), { recursive: true });
    await expect(readConfig(folder)).rejects.toMatchObject({ code: 'context.invalid' });
  });

  it('fails only by name, whatever the file holds', () => {
    const piece = fc.constantFrom('version: 1\n', 'contexts:\n', '- ', 'name: a', '&a ', '*a', '{', '[', '\n', '  ');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((parts) => parts.join('')),
        ),
        (text) => {
          try {
            parseConfig(text, 'config.yaml');
          } catch (error) {
            expect(SlipwayError.is(error, 'context.invalid') || SlipwayError.is(error, 'config.newer')).toBe(true);
          }
        },
      ),
    );
  });
});
