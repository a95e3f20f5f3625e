import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type Attributes, type SFTPWrapper } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../kubernetes/index.ts';
import { openSshSession, type SshSession } from '../../session/sshSession.ts';
import type { RemoteEnd, RemoteRoot } from '../remoteEnd.ts';
import { openSftpEnd } from './sftpEnd.ts';
import { transferName } from './sftpPart.ts';

const { STATUS_CODE } = ssh2.utils.sftp;
const folderFacts: Attributes = { mode: 0o040755, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 };
const fileFacts = (size: number): Attributes => ({ ...folderFacts, mode: 0o100644, size });

let folder: string;
let hostKey: string;
/** What the server does with its SFTP; everything it does not answer stays so. */
let behave: (sftp: SFTPWrapper) => void = () => undefined;
let server: ssh2.Server;
const open: RemoteEnd[] = [];
const sessions: SshSession[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-hostile-'));
  for (const name of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
  }
  hostKey = (await readFile(join(folder, 'host.pub'), 'utf8')).trim();
  server = new ssh2.Server({ hostKeys: [await readFile(join(folder, 'host'))] }, (client) => {
    client.on('error', () => undefined);
    client.on('authentication', (context) => context.accept());
    client.on('session', (accept) => {
      const session = accept();
      session.on('sftp', (begin) => behave(begin()));
      session.on('exec', (_accept, reject) => reject());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  for (const end of open.splice(0)) end.close();
  for (const session of sessions.splice(0)) session.close();
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function root(signal = AbortSignal.timeout(60_000)): Promise<RemoteRoot> {
  const { port } = server.address() as AddressInfo;
  const login = { host: 'devenv-test', user: 'dev', hostKey, privateKey: await readFile(join(folder, 'user'), 'utf8') };
  const session = await openSshSession({ ...login, stream: connect(port, '127.0.0.1') }, signal);
  sessions.push(session);
  const end = await openSftpEnd(session, { transfer: transferName(), clock: systemClock }, signal);
  open.push(end);
  const found = await end.openRoot('/data', false);
  if (found === undefined) throw new Error('the server has no /data');
  return found;
}

/** A server that has the folder /data. */
function withFolder(more: (sftp: SFTPWrapper) => void): (sftp: SFTPWrapper) => void {
  return (sftp) => {
    sftp.on('STAT', (id) => sftp.attrs(id, folderFacts));
    sftp.on('REALPATH', (id) => sftp.name(id, [{ filename: '/data', longname: '', attrs: folderFacts }]));
    sftp.on('OPENDIR', (id) => sftp.handle(id, Buffer.from('dir')));
    sftp.on('CLOSE', (id) => sftp.status(id, STATUS_CODE.OK));
    more(sftp);
  };
}

const everything = { only: undefined, prune: [], keepsParts: false };

describe('a server of SFTP that is not to be believed', () => {
  it('leads nowhere with the names that it tells', async () => {
    const listed: string[] = [];
    behave = withFolder((sftp) => {
      let isTold = false;
      sftp.on('OPENDIR', (_id, path) => listed.push(path));
      sftp.on('READDIR', (id) => {
        if (isTold) {
          sftp.status(id, STATUS_CODE.EOF);
          return;
        }
        isTold = true;
        const folders = ['.', '..', '', 'a/b', '../..', '/etc', 'nul\0', 'fine'];
        const names = folders.map((filename) => ({ filename, longname: '', attrs: folderFacts }));
        sftp.name(id, [...names, { filename: 'file', longname: '', attrs: fileFacts(7) }]);
      });
    });
    const { entries, skipped } = await (await root()).list(everything);
    expect(entries.map(({ path }) => path).sort()).toEqual(['file', 'fine']);
    expect(skipped.map(({ path }) => path)).toEqual(['', 'a/b', '../..', '/etc', 'nul\0']);
    expect(listed).toEqual(['/data', '/data/fine']);
  });

  it('ends no file as whole that ends before it should', async () => {
    behave = withFolder((sftp) => {
      sftp.on('LSTAT', (id) => sftp.attrs(id, fileFacts(100_000)));
      sftp.on('OPEN', (id) => sftp.handle(id, Buffer.from('file')));
      sftp.on('FSTAT', (id) => sftp.attrs(id, fileFacts(100_000)));
      sftp.on('READ', (id, _handle, offset, length) => {
        // A little at a time, and nothing behind the half.
        const bytes = Math.min(length, 1_000, 50_000 - offset);
        if (bytes > 0) sftp.data(id, Buffer.alloc(bytes, 'x'));
        else sftp.status(id, STATUS_CODE.EOF);
      });
    });
    const pieces: Buffer[] = [];
    const file = { path: 'half', bytes: 100_000, offset: 0, sha256: '' };
    const got = await (await root()).get(file, (piece) => void pieces.push(piece));
    expect(got).toMatchObject({ bytes: 100_000, whole: false });
    expect(Buffer.concat(pieces).length).toBe(50_000);
  });

  it('takes no longer than the person waits, when it answers nothing', async () => {
    const stop = new AbortController();
    behave = withFolder((sftp) => {
      sftp.on('LSTAT', () => stop.abort());
    });
    await expect((await root(stop.signal)).hash('a')).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('is lost when it ends in the middle of a request', async () => {
    behave = withFolder((sftp) => {
      sftp.on('LSTAT', () => sftp.end());
    });
    await expect((await root()).hash('a')).rejects.toMatchObject({ code: 'ssh.lost' });
  });
});
