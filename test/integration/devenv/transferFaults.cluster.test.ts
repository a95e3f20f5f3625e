import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kubectl } from '../../cluster/cluster.mjs';
import { context } from '../cluster/clusterMachine.ts';
import { SigningPerson } from './signingPerson.ts';
import { TransferMachine } from './transferMachine.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
/** How long the person's tokens hold: the DevEnv comes up over several of them. */
const tokenSeconds = 6;
/** Big enough for a connection beside SSH, in whose buffers some MB may be when it breaks. */
const bigBytes = 40_000_000;
/** Of which so many are on their way when something happens. */
const most = (bigBytes * 2) / 3;
/** More than goes over the wire for what is missing then, and less than the whole file. */
const lessThanAll = bigBytes * 0.8;

let person: SigningPerson;
let devEnv: TransferMachine;
let sha256: string;

beforeAll(async () => {
  // 64 MiB, and really full at that.
  devEnv = await TransferMachine.create(
    'transfer-faults',
    { storageClassName: 'tiny', diskSize: '64Mi' },
    async (space) => {
      person = await SigningPerson.create(space, tokenSeconds);
      return person.oidc;
    },
  );
  await person.signIn(devEnv.core);
  await devEnv.startDevEnv({});
  const content = randomBytes(bigBytes);
  sha256 = createHash('sha256').update(content).digest('hex');
  await mkdir(big());
  await writeFile(join(big(), 'big.bin'), content);
});
afterAll(async () => {
  await devEnv.dispose();
  await person.dispose();
});

/** However a try before this one ended: somebody is signed in, the DevEnv runs, and its disk is empty. */
beforeEach(async () => {
  person.provider.intercept = undefined;
  await person.signIn(devEnv.core);
  await devEnv.core.handlers['devenvs/start']({ context, name: devEnv.name }, never);
  await devEnv.inside('rm -rf /workspace/*');
});

const local = (name: string): string => join(devEnv.work, name);
const big = (): string => local('big');

/** That all of it is there, nothing half beside it, and takes it away: the workspace is small. */
async function takeWhole(folder: string): Promise<void> {
  const found = await devEnv.inside(
    `cd /workspace/${folder} && ls -A && sha256sum < big.bin && rm -r /workspace/${folder}`,
  );
  expect(found).toBe(`big.bin\n${sha256}  -\n`);
}

/** Until the transfer says that it waits, and for what. */
async function waits(text: RegExp): Promise<void> {
  await expect.poll(() => devEnv.progress.at(-1)?.waiting, { interval: 20 }).toMatch(text);
}

describe('a long transfer of a person who signed in', () => {
  it('goes on by a new token where its own ran out, once the issuer answers again', async () => {
    const { requests } = devEnv.proxy;
    const from = requests.length;
    const broken = devEnv.onceUnderWay(most, async () => {
      await sleep(tokenSeconds * 1_000);
      let asked = 0;
      person.provider.intercept = ({ url }, response) => {
        if (url !== '/token' || (asked += 1) > 3) return false;
        response.writeHead(503).end();
        return true;
      };
      // The session, the connection for contents beside it, and perhaps a login before the key was known.
      expect(devEnv.proxy.cut(/portforward/)).toBeGreaterThanOrEqual(2);
      await expect.poll(() => asked, { interval: 20 }).toBeGreaterThan(3);
    });
    expect(await devEnv.transfer('upload', big(), 'late')).toMatchObject({ files: 1, bytes: bigBytes, skipped: [] });
    await broken;
    const tunnels = requests.slice(from).filter(({ url }) => url.includes('portforward'));
    expect(new Set(tunnels.map(({ headers }) => headers.authorization)).size).toBeGreaterThan(1);
    await takeWhole('late');
  });

  it('ends with the words to sign in where that is over, and goes on where it was after it', async () => {
    const broken = devEnv.onceUnderWay(most, async () => {
      await devEnv.core.handlers['identity/signOut']({ context }, never);
      devEnv.proxy.cut(/portforward/);
    });
    await expect(devEnv.transfer('upload', big(), 'out')).rejects.toMatchObject({
      code: 'signIn.required',
      message: expect.stringContaining('Nobody is signed in'),
      action: expect.stringContaining('slipway login'),
    });
    await broken;
    await person.signIn(devEnv.core);
    const before = devEnv.proxy.bytes;
    expect(await devEnv.transfer('upload', big(), 'out')).toMatchObject({ files: 1, skipped: [] });
    expect(devEnv.proxy.bytes - before).toBeLessThan(lessThanAll);
    await takeWhole('out');
  });
});

describe('a transfer whose other end goes away', () => {
  it.each(['evicted', 'deleted'] as const)(
    'says so, and goes on when the pod that was %s is started again',
    async (how) => {
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: devEnv.name } };
      const { namespace } = devEnv.machine;
      const broken = devEnv.onceUnderWay(most, async () => {
        const path = `/api/v1/namespaces/${namespace}/pods/${devEnv.name}/eviction`;
        if (how === 'deleted')
          await devEnv.machine.kubectl('delete', 'pod', devEnv.name, '--wait=false', '--grace-period=1');
        else await kubectl(['create', '--raw', path, '-f', '-'], { input: JSON.stringify(eviction) });
        await devEnv.machine.kubectl('wait', '--for=delete', `pod/${devEnv.name}`, '--timeout=240s');
      });
      const copied = devEnv.transfer('upload', big(), how);
      await broken;
      await waits(/is stopped.*slipway devenv start/);
      const before = devEnv.proxy.bytes;
      await devEnv.core.handlers['devenvs/start']({ context, name: devEnv.name }, never);
      expect(await copied).toMatchObject({ files: 1, skipped: [] });
      expect(devEnv.proxy.bytes - before).toBeLessThan(lessThanAll);
      await takeWhole(how);
    },
  );

  it('goes on when the API server is away for some seconds', async () => {
    const broken = devEnv.onceUnderWay(most, async () => {
      await devEnv.proxy.refuse();
      devEnv.proxy.cut();
      await waits(/./);
      await sleep(3_000);
      await devEnv.proxy.accept();
    });
    expect(await devEnv.transfer('upload', big(), 'away')).toMatchObject({ files: 1, skipped: [] });
    await broken;
    await takeWhole('away');
  });
});

describe('a disk that becomes full under a transfer', () => {
  it('is told with numbers at the other end; what is there stays, and nothing half', async () => {
    await devEnv.inside('mkdir /workspace/full && echo mine > /workspace/full/mine');
    const broken = devEnv.onceUnderWay(most, async () => {
      await devEnv.inside('dd if=/dev/zero of=/workspace/filled bs=1M 2>/dev/null || true');
    });
    await expect(devEnv.transfer('upload', big(), 'full')).rejects.toMatchObject({
      code: 'disk.full',
      message: expect.stringMatching(
        /^There is no room left in \/workspace\/full: [\d.]+ \w+ of [\d.]+ MB are free, 40\.0 MB are to come\.$/,
      ),
    });
    await broken;
    expect(await devEnv.inside('cd /workspace/full && ls -A && cat mine && rm mine ../filled')).toBe('mine\nmine\n');
    await devEnv.transfer('upload', big(), 'full');
    await takeWhole('full');
  });

  it('is told with numbers here; what is there stays, and nothing half', async () => {
    await devEnv.transfer('upload', big(), 'source');
    const small = local('small');
    await mkdir(small);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=44m', 'none', small]);
    try {
      await writeFile(join(small, 'mine'), 'mine');
      const broken = devEnv.onceUnderWay(most, async () => {
        await writeFile(join(small, 'filled'), Buffer.alloc(46_200_000)).catch(() => undefined);
      });
      await expect(devEnv.transfer('download', small, 'source')).rejects.toMatchObject({
        code: 'disk.full',
        message: expect.stringMatching(
          /^There is no room left in \S+small: [\d.]+ \w+ of 46\.1 MB are free, 40\.0 MB are to come\.$/,
        ),
      });
      await broken;
      expect((await readdir(small)).sort()).toEqual(['filled', 'mine']);
      await rm(join(small, 'filled'));
      await devEnv.transfer('download', small, 'source');
      expect((await readdir(small)).sort()).toEqual(['big.bin', 'mine']);
      expect(
        createHash('sha256')
          .update(await readFile(join(small, 'big.bin')))
          .digest('hex'),
      ).toBe(sha256);
    } finally {
      await run('umount', [small]);
    }
    await takeWhole('source');
  });
});

describe('files that belong to somebody else in the DevEnv', () => {
  it('are told one by one with the reason, and the others are copied', async () => {
    // The node is this machine: here they are made by somebody whom the DevEnv cannot be.
    const volume = await devEnv.machine.field(`pvc/${devEnv.name}`, '.spec.volumeName');
    const theirs = join(await devEnv.machine.field(`pv/${volume}`, '.spec.local.path'), 'theirs');
    await mkdir(join(theirs, 'closed'), { recursive: true });
    for (const name of ['secret', 'open']) await writeFile(join(theirs, name), name);
    await chmod(join(theirs, 'secret'), 0o000);
    await chmod(join(theirs, 'closed'), 0o755);
    for (const path of ['', 'secret', 'closed', 'open']) await chown(join(theirs, path), 4_321, 4_321);

    expect(await devEnv.transfer('download', local('theirs'), 'theirs')).toMatchObject({
      files: 1,
      skipped: [{ path: 'secret', reason: 'permission denied there' }],
    });
    expect((await readdir(local('theirs'))).sort()).toEqual(['closed', 'open']);

    await writeFile(join(local('theirs'), 'closed/new'), 'new');
    expect(await devEnv.transfer('upload', local('theirs'), 'theirs')).toMatchObject({
      files: 0,
      skipped: [{ path: 'closed/new', reason: 'permission denied there' }],
    });
    expect(await readdir(join(theirs, 'closed'))).toEqual([]);

    await expect(devEnv.transfer('upload', local('theirs'), '/usr/theirs')).rejects.toMatchObject({
      code: 'disk.denied',
      message: 'The destination in the DevEnv cannot be used: permission denied there.',
    });
    await rm(theirs, { recursive: true });
  });
});
