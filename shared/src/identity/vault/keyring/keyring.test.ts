import { spawn, type SpawnOptions } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SecretStore } from '../vault.ts';
import { systemKeyring } from './index.ts';
import { MacSecurity } from './macSecurity.ts';
import { SecretTool } from './secretTool.ts';
import { WindowsDpapi } from './windowsDpapi.ts';

const never = new AbortController().signal;
const id = '0123456789abcdef0123456789abcdef';
const secret = 'a secret';

/** What stands in for a keyring's program: it is told the arguments, and does what a shell script says. */
class Program {
  readonly asked: { readonly command: string; readonly args: readonly string[]; readonly env: SpawnOptions['env'] }[] =
    [];
  readonly #script: string;

  constructor(script: string) {
    this.#script = script;
  }

  readonly spawn = (command: string, args: readonly string[], options: SpawnOptions) => {
    this.asked.push({ command, args, env: options.env });
    return spawn('sh', ['-c', this.#script], options);
  };

  get host() {
    return { env: { PATH: process.env.PATH }, spawn: this.spawn };
  }
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-keyring-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const makers: readonly (readonly [string, string, (program: Program, at: string) => SecretStore])[] = [
  ['secret-tool', 'cat > "$SLIPWAY_GOT"', (program) => new SecretTool(program.host)],
  ['security', 'cat > "$SLIPWAY_GOT"', (program) => new MacSecurity(program.host)],
  ['DPAPI', 'tee "$SLIPWAY_GOT"', (program, at) => new WindowsDpapi(program.host, at)],
];

describe.each(makers)('%s', (_name, script, make) => {
  it('gets the secret on stdin, never as an argument or variable', async () => {
    const got = join(folder, 'got');
    const program = new Program(script.replace('"$SLIPWAY_GOT"', got));
    await make(program, folder).write(id, secret, never);
    const text = await readFile(got, 'utf8');
    const encodings = [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')];
    expect(encodings.some((encoding) => text.includes(encoding))).toBe(true);
    expect(program.asked).toHaveLength(1);
    for (const encoding of encodings) expect(JSON.stringify(program.asked)).not.toContain(encoding);
  });
});

describe('the programs of keyrings', () => {
  it('end in a bounded time when they hang', async () => {
    const writes = makers.map(([, , make]) => make(new Program('exec sleep 600'), folder).write(id, secret, never));
    for (const outcome of await Promise.allSettled(writes)) {
      expect(outcome).toMatchObject({ reason: { message: expect.stringContaining('it did not end within 5 s') } });
    }
  });

  it('are asked so on macOS', async () => {
    const program = new Program(`printf '${Buffer.from(secret).toString('hex')}\\n'`);
    const store = new MacSecurity(program.host);
    expect(await store.read(id, never)).toBe(secret);
    await store.write(id, secret, never);
    await store.delete(id, never);
    expect(program.asked.map(({ command, args }) => [command, ...args].join(' '))).toEqual([
      `/usr/bin/security find-generic-password -s slipway -a ${id} -w`,
      '/usr/bin/security -i',
      `/usr/bin/security delete-generic-password -s slipway -a ${id}`,
    ]);
    expect(await new MacSecurity(new Program('exit 44').host).read(id, never)).toBeUndefined();
    await expect(new MacSecurity(new Program('exit 36').host).read(id, never)).rejects.toThrow('it is locked');
  });

  it('are asked so on Windows, which keeps a file', async () => {
    const program = new Program('cat');
    const store = new WindowsDpapi(program.host, folder);
    expect(await store.read(id, never)).toBeUndefined();
    await store.write(id, secret, never);
    expect(await store.read(id, never)).toBe(secret);
    expect(program.asked.map(({ command, args }) => [command, ...args.slice(0, 3)])).toEqual(
      [0, 1].map(() => ['powershell.exe', '-NoProfile', '-NonInteractive', '-Command']),
    );
    expect(program.asked.map(({ args }) => /::(\w*rotect)\(/.exec(args[3] ?? '')?.[1])).toEqual([
      'Protect',
      'Unprotect',
    ]);
    await store.delete(id);
    expect(await store.read(id, never)).toBeUndefined();
  });

  it('are not there: that is said', async () => {
    const store = systemKeyring('linux', { env: { PATH: folder } }, folder);
    await expect(store.read(id, never)).rejects.toThrow('secret-tool cannot be started');
  });
});
