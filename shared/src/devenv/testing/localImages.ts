import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalSshd, type LocalSshd } from './localSshd.ts';

/** What images may have that transfers need. */
export const imageKinds = ['python3', 'SFTP and sha256sum', 'SFTP alone'] as const;
export type ImageKind = (typeof imageKinds)[number];

/** SSH servers of this machine that have no more programs than such images. */
export type LocalImages = Readonly<Record<ImageKind, LocalSshd>> & { stop(): Promise<void> };

/** How exactly times are kept there, ms. */
export function timesOf(kind: ImageKind): number {
  return kind === 'python3' ? 1 : 1_000;
}

export async function startLocalImages(): Promise<LocalImages> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-image-'));
  const programs = ['sh', 'head', 'sha256sum'];
  for (const program of programs) {
    const found = execFileSync('sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).trim();
    await symlink(found, join(folder, program));
  }
  const [python3, withSha256, alone] = await Promise.all([
    startLocalSshd(),
    startLocalSshd({ path: folder }),
    startLocalSshd({ path: join(folder, 'nothing') }),
  ]);
  return {
    python3,
    'SFTP and sha256sum': withSha256,
    'SFTP alone': alone,
    stop: async () => {
      await Promise.all([python3.stop(), withSha256.stop(), alone.stop()]);
      await rm(folder, { recursive: true });
    },
  };
}
