import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SlipwayError, type ContextEntry } from '../protocol/index.ts';
import { contextsPath, parseContexts, readContexts, removeContext, saveContext } from './contexts.ts';

let folder: string;
const entry: ContextEntry = { name: 'team-a', namespace: 'team-a', profile: { image: 'runner:1' } };

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'slipway-contexts-')), 'config');
});

afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

describe('the contexts', () => {
  it('are none where there is no file', async () => {
    expect((await readContexts(folder)).entries).toEqual([]);
  });

  it('come back as they were saved, in a file of their owner alone', async () => {
    await saveContext(folder, entry);
    expect((await readContexts(folder)).entries).toEqual([entry]);
    expect((await stat(contextsPath(folder))).mode & 0o777).toBe(0o600);
  });

  it('keep the comments and the other contexts of the file', async () => {
    await saveContext(folder, entry);
    await writeFile(contextsPath(folder), `# ours\n${await readFile(contextsPath(folder), 'utf8')}`);
    await saveContext(folder, { ...entry, name: 'team-b' });
    await saveContext(folder, { ...entry, profile: { image: 'runner:2' } });
    expect((await readContexts(folder)).entries.map(({ name, profile }) => [name, profile.image])).toEqual([
      ['team-a', 'runner:2'],
      ['team-b', 'runner:1'],
    ]);
    expect(await readFile(contextsPath(folder), 'utf8')).toMatch(/^# ours\n/);
  });

  it('can be removed, once', async () => {
    await saveContext(folder, entry);
    expect(await removeContext(folder, 'team-a')).toBe(true);
    expect(await removeContext(folder, 'team-a')).toBe(false);
    expect((await readContexts(folder)).entries).toEqual([]);
  });

  it.each([
    ['contexts: [{name: a}', 'line 1'],
    ['contexts:\n  - name: a\n', 'contexts.0.profile'],
    ['contexts:\n  - {name: local, profile: {image: a}}\n', 'local is this machine'],
    ['contexts:\n  - {name: a, profile: {image: b}}\n  - {name: a, profile: {image: b}}\n', 'stands there twice'],
    ['contexts:\n  - {name: a, profile: {image: b, images: c}}\n', 'contexts.0.profile.images'],
    ['- a\n', 'is not a list of contexts'],
    ['*nowhere', 'is not a list of contexts'],
  ])('say where a file is wrong: %j', (text, words) => {
    expect(() => parseContexts(text, 'contexts.yaml')).toThrow(words);
  });

  it('fail only by name, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseContexts(text, 'contexts.yaml');
        } catch (error) {
          expect(SlipwayError.is(error, 'context.invalid')).toBe(true);
        }
      }),
    );
  });
});
