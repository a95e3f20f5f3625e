import { formatBytes, type Artifact } from '../../protocol/index.ts';
import { count } from '../../views/index.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { displayWidth, pad } from '../terminal/text.ts';

const roleWords: Readonly<Record<Artifact['role'], string>> = {
  executedNotebook: 'executed notebook',
  report: 'report',
  log: 'log',
  environment: 'environment',
  requirementsLock: 'locked requirements',
  junit: 'test results (JUnit)',
  coverage: 'coverage',
  testReport: 'test report',
  file: '',
};

/** Path, size and meaning of each artifact, and their sum. */
export function artifactTable(artifacts: readonly Artifact[]): Line[] {
  const rows = artifacts.map(({ path, bytes, role }) => ({
    path: oneLine(path),
    size: formatBytes(bytes),
    role: roleWords[role],
  }));
  const pathWidth = Math.max(0, ...rows.map((row) => displayWidth(row.path)));
  const sizeWidth = Math.max(0, ...rows.map((row) => row.size.length));
  const total = artifacts.reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    ...rows.map(({ path, size, role }): Line => [
      plain(pad(path, pathWidth)),
      plain(`  ${size.padStart(sizeWidth)}  `),
      toned('dim', role),
    ]),
    [toned('dim', `${count(artifacts.length, 'artifact')}, ${formatBytes(total)}`)],
  ];
}
