import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conflictsOf } from './conflicts.ts';
import { hostSettings, renderConfig } from './hostConfig.ts';
import type { KnownHost } from './sshHost.ts';
import { askSsh } from './sshProgram.ts';
import { userConfigs } from './testing/userConfigs.ts';
import { withoutSection, withSection } from './userConfig.ts';

const run = promisify(execFile);
const known: KnownHost = { host: 'devenv-ada.lab', context: 'lab', namespace: 'team-a', name: 'devenv-ada' };
const foreign = ['example.com', 'git-x', 'a', 'foo'];
const never = new AbortController().signal;
const env = process.env;

/** Everything that a path can hold where people have their homes. */
const folders = ['plain', 'Ada Lovelace', "O'Neil 100%", 'Jürgen 李', 'a[b]*?', 'quo"te', 'back\\slash'];

describe('our ssh config and the real ssh', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'slipway-real-ssh-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const optionsIn = (folder: string) => ({
    paths: { privateKey: join(folder, 'id_ed25519'), knownHosts: join(folder, 'known_hosts') },
    launcher: join(folder, 'bin/slipway'),
    platform: process.platform,
  });

  it.each(folders)('mean what they say in the folder %j', async (name) => {
    const folder = await mkdtemp(join(root, `${name}-`));
    const config = join(folder, 'config');
    await writeFile(config, renderConfig([known], optionsIn(folder)));
    const user = join(folder, 'user');
    await writeFile(user, withSection(Buffer.from('Host *\n  User somebody\n'), { kind: 'include', path: config }));
    const { settings, complaint } = await askSsh('ssh', known.host, { env, file: user, signal: never });
    expect(complaint).not.toMatch(/bad|error|no argument/i);
    expect(settings?.get('user')).toEqual(['dev']);
    expect(settings?.get('identityfile')).toEqual([join(folder, 'id_ed25519').replaceAll('%', '%%')]);
    expect(settings?.get('port')).toEqual(['2222']);
    const [command = ''] = settings?.get('proxycommand') ?? [];
    const words = await run('/bin/sh', [
      '-c',
      `for word in ${command.replaceAll('%%', '%')}; do printf '%s\\0' "$word"; done`,
    ]);
    expect(words.stdout.split('\0').slice(0, -1)).toEqual([
      join(folder, 'bin/slipway'),
      ...['ssh-proxy', '--context', 'lab', '--namespace', 'team-a', 'devenv-ada'],
    ]);
  });

  it('change nothing for other hosts, whatever a person’s config says', async () => {
    const ours = join(root, 'ours');
    await writeFile(ours, renderConfig([known], optionsIn(root)));
    const ask = async (content: Uint8Array, host: string): Promise<string> => {
      const file = join(root, 'sample');
      await writeFile(file, content, { mode: 0o600 });
      try {
        const { stdout } = await run('ssh', ['-F', file, '-G', host], { env: { ...env, HOME: root } });
        return stdout;
      } catch (error) {
        // What ssh refuses it refuses as before, in the line below.
        const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
        return said.replaceAll(/line \d+/g, 'line').replaceAll(/: terminating, \d+ bad/g, '');
      }
    };
    const samples = fc.sample(userConfigs, { numRuns: 40, seed: 7 });
    let understood = 0;
    for (const [index, sample] of samples.entries()) {
      const host = foreign[index % foreign.length] ?? 'a';
      const section = { kind: index % 2 === 0 ? 'include' : 'block', path: ours } as const;
      // With a mark at its beginning ssh refuses a file on this system, now as before.
      const isMarked = sample.subarray(0, 3).equals(Buffer.from('\ufeff'));
      const before = await ask(sample, host);
      if (isMarked) expect(before).toMatch(/Bad configuration option/);
      if (isMarked) continue;
      const after = withSection(sample, section);
      expect(await ask(after, host)).toBe(before);
      expect(await ask(withoutSection(after, section), host)).toBe(before);
      if (before.startsWith('host ')) understood += 1;
    }
    expect(understood).toBeGreaterThan(5);
  });

  it('are compared with what ssh uses, and what wins over them is told with its line', async () => {
    const ours = join(root, 'config');
    const options = optionsIn(root);
    await writeFile(ours, renderConfig([known], options));
    const content = `Host *\n  ProxyCommand nc %h %p\n  User alice\nInclude "${ours}"\n`;
    const user = join(root, 'user');
    await writeFile(user, content);
    const [wanted, found] = await Promise.all([
      askSsh('ssh', known.host, { env, file: ours, signal: never }),
      askSsh('ssh', known.host, { env, file: user, signal: never }),
    ]);
    const keywords = hostSettings(known, options).map(([keyword]) => keyword);
    const question = { wanted: wanted.settings ?? new Map(), keywords, userConfig: content, file: user };
    expect(conflictsOf({ ...question, found: wanted.settings ?? new Map() })).toEqual([]);
    const told = conflictsOf({ ...question, found: found.settings ?? new Map() });
    expect(told).toContain(`ProxyCommand is "nc %h %p" instead of what Slipway set: line 2 of ${user} wins.`);
    expect(told).toContain(`User is "alice" instead of what Slipway set: line 3 of ${user} wins.`);
    expect(told).toHaveLength(2);
    await writeFile(user, 'Host *\n  User alice\n');
    const without = await askSsh('ssh', known.host, { env, file: user, signal: never });
    const unread = conflictsOf({ ...question, found: without.settings ?? new Map() });
    expect(unread).toEqual([expect.stringMatching(/^ssh takes nothing of Slipway/)]);
  });
});
