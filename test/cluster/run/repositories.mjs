/** The repositories that the git server offers: the same project as public/examples.git and private/examples.git. */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { execute } from '../tools/processes.mjs';
import { paths, sources } from '../settings.mjs';

const examples = join(sources, '../../examples');

/** Nobody's name and no configuration of the machine, and fixed times: the same commits each time. */
const environment = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Test cluster',
  GIT_AUTHOR_EMAIL: 'cluster@example.test',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Test cluster',
  GIT_COMMITTER_EMAIL: 'cluster@example.test',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};

/**
 * Branch `main` has the example projects below `single-cell/` and `train/`, and a Poetry project with tests below
 * `suite/`; tag `v1` is its first commit, branch `feature` one commit ahead.
 */
export async function makeRepositories() {
  const done = join(paths.repositories, 'private/examples.git/HEAD');
  if (existsSync(done)) return;
  rmSync(paths.repositories, { recursive: true, force: true });
  const work = join(paths.repositories, '.work');
  mkdirSync(work, { recursive: true });
  const git = (...args) => execute('git', args, { cwd: work, env: environment });
  for (const name of ['single-cell', 'train']) copy(join(examples, name), join(work, name));
  copy(join(sources, 'fixtures/suite'), join(work, 'suite'));
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--message=Add the examples');
  await git('tag', 'v1');
  await git('switch', '--quiet', '--create', 'feature');
  writeFileSync(join(work, 'feature.txt'), 'Only on the branch.\n');
  await git('add', '--all');
  await git('commit', '--quiet', '--message=Add a feature');
  await git('switch', '--quiet', 'main');
  for (const place of ['public', 'private']) {
    await git('clone', '--quiet', '--bare', work, join(paths.repositories, place, 'examples.git'));
  }
  rmSync(work, { recursive: true });
}

/** Without what tools leave beside sources. */
const copy = (from, to) =>
  cpSync(from, to, { recursive: true, filter: (path) => !/^(\..*|__pycache__)$/.test(basename(path)) });
