import { describe, expect, it } from 'vitest';
import { memoryFolder } from '../testing/memoryFolder.ts';
import type { MemoryFile } from '../testing/memoryFolder.ts';
import { chooseCompanions } from './chooseCompanions.ts';
import type { CompanionOptions } from './chooseCompanions.ts';

const signal = new AbortController().signal;
const link = { kind: 'link' } as const;

/** Paths that travel and what stays with its reason, for a notebook `nb.ipynb`. */
async function choose(
  files: Readonly<Record<string, MemoryFile>>,
  options: Partial<CompanionOptions> = {},
): Promise<{ files: string[]; ignored: Record<string, string>; warnings: string[] }> {
  const choice = await chooseCompanions(
    memoryFolder({ 'nb.ipynb': '', ...files }),
    { notebook: 'nb.ipynb', ...options },
    signal,
  );
  return {
    files: choice.files.map(({ path }) => path),
    ignored: Object.fromEntries(choice.ignored.map(({ path, reason }) => [path, reason])),
    warnings: choice.warnings,
  };
}

describe('companions by default', () => {
  it('are what a notebook can use, with sizes', async () => {
    const choice = await chooseCompanions(
      memoryFolder({ 'nb.ipynb': '{}', 'helpers.py': 'abc', 'config/qc.yaml': 'é', 'empty/': '' }),
      { notebook: 'nb.ipynb' },
      signal,
    );
    expect(choice).toEqual({
      files: [
        { path: 'config/qc.yaml', bytes: 2 },
        { path: 'helpers.py', bytes: 3 },
      ],
      totalBytes: 5,
      ignored: [],
      warnings: [],
    });
  });

  it.each<[string, string, string]>([
    ['.git/config', '.git/', 'version control'],
    ['sub/.svn/entries', 'sub/.svn/', 'version control'],
    ['node_modules/a/index.js', 'node_modules/', 'installed packages'],
    ['env/pyvenv.cfg', 'env/', 'virtual environment'],
    ['miniconda/conda-meta/history', 'miniconda/', 'virtual environment'],
    ['pkg/__pycache__/a.pyc', 'pkg/__pycache__/', 'cache'],
    ['.ipynb_checkpoints/nb-checkpoint.ipynb', '.ipynb_checkpoints/', 'checkpoints'],
    ['pkg.egg-info/PKG-INFO', 'pkg.egg-info/', 'cache'],
    ['.vscode/settings.json', '.vscode/', 'hidden'],
    ['.hidden', '.hidden', 'hidden'],
    ['other.ipynb', 'other.ipynb', 'another notebook'],
    ['nb_output.ipynb', 'nb_output.ipynb', 'output of a run'],
    ['sub/x_output.html', 'sub/x_output.html', 'output of a run'],
    ['slipway.yaml', 'slipway.yaml', 'the job spec'],
    ['.env', '.env', 'looks like a secret'],
    ['.env.local', '.env.local', 'looks like a secret'],
    ['prod.env', 'prod.env', 'looks like a secret'],
    ['certs/server.pem', 'certs/server.pem', 'looks like a secret'],
    ['server.KEY', 'server.KEY', 'looks like a secret'],
    ['id_rsa', 'id_rsa', 'looks like a secret'],
    ['id_ed25519.bak', 'id_ed25519.bak', 'looks like a secret'],
    ['id_deploy', 'id_deploy', 'looks like a secret'],
    ['.netrc', '.netrc', 'looks like a secret'],
    ['credentials.json', 'credentials.json', 'looks like a secret'],
    ['.ssh/config', '.ssh/', 'looks like a secret'],
    ['a.pyc', 'a.pyc', 'cache'],
    ['a.py~', 'a.py~', 'cache'],
  ])('leave %s', async (file, path, reason) => {
    expect(await choose({ [file]: 'x' })).toEqual({ files: [], ignored: { [path]: reason }, warnings: [] });
  });

  it.each([
    'id_map.csv',
    'keys.csv',
    'environment.yml',
    'report.html',
    'a.env.py',
    'requirements.txt',
    'sub/slipway.yaml',
    'monkey.txt',
  ])('take %s', async (file) => {
    expect((await choose({ [file]: 'x' })).files).toEqual([file]);
  });

  it('take another notebook that the code names, wherever it lies', async () => {
    const files = { 'helpers.ipynb': '', 'lib/b (2).ipynb': '', 'old-helpers.ipynb': '', 'c.ipynb': '' };
    const notebookCode = '%run helpers.ipynb\npm.execute_notebook("lib/b (2).ipynb")\n# abc.ipynb, not-c.ipynb';
    expect(await choose(files, { notebookCode })).toMatchObject({
      files: ['helpers.ipynb', 'lib/b (2).ipynb'],
      ignored: { 'old-helpers.ipynb': 'another notebook', 'c.ipynb': 'another notebook' },
    });
    const { ignored } = await choose({ ...files, '.slipwayignore': 'helpers.ipynb' }, { notebookCode });
    expect(ignored['helpers.ipynb']).toBe('.slipwayignore');
  });

  it('do not look into what stays', async () => {
    const folder = memoryFolder({
      'nb.ipynb': '',
      'node_modules/a/b/c.js': '',
      '.git/x/y': '',
      'venv/pyvenv.cfg': '',
      'venv/lib/x.py': '',
      'data/x.csv': '',
      '.slipwayignore': 'data/\n',
    });
    await chooseCompanions(folder, { notebook: 'nb.ipynb' }, signal);
    expect(folder.listed).toEqual(['', 'venv']);
  });

  it('take names of any kind', async () => {
    const names = [
      '-rf',
      '中文.csv',
      'a b',
      "it's",
      'say "x"',
      'line\nbreak',
      '$(id)',
      '*',
      '[x]',
      '!x',
      '#x',
      'a\\b',
      '{a,b}',
    ];
    expect((await choose(Object.fromEntries(names.map((name) => [`d/${name}`, 'x'])))).files.sort()).toEqual(
      names.map((name) => `d/${name}`).sort(),
    );
  });

  it('take notebooks for a command, but not outputs of runs', async () => {
    const folder = memoryFolder({ 'a.ipynb': '', 'a_output.ipynb': '', 'train.py': '' });
    const choice = await chooseCompanions(folder, { notebook: undefined }, signal);
    expect(choice.files.map(({ path }) => path)).toEqual(['a.ipynb', 'train.py']);
  });

  it('leave links that leave the folder, and devices', async () => {
    expect(await choose({ 'out.csv': link, 'd/pipe': { kind: 'other' } })).toEqual({
      files: [],
      ignored: { 'out.csv': 'links outside the folder', 'd/pipe': 'not a regular file' },
      warnings: [],
    });
  });

  it('warn of large files, and of a large whole', async () => {
    const big = await choose({ 'big.h5ad': { bytes: 50_000_001 }, 'ok.csv': { bytes: 49_000_000 } });
    expect(big.files).toEqual(['big.h5ad', 'ok.csv']);
    expect(big.warnings).toEqual([expect.stringContaining('"big.h5ad" is 50.0 MB')]);
    const many = await choose({ a: { bytes: 30_000_000 }, b: { bytes: 30_000_000 } });
    expect(many.warnings).toEqual([expect.stringContaining('2 files with 60.0 MB')]);
    expect((await choose({ a: { bytes: 50_000_000 } })).warnings).toEqual([]);
  });
});

describe('.slipwayignore', () => {
  it('is read as gitignore, in every folder, for what lies under it', async () => {
    const { files, ignored } = await choose({
      '.slipwayignore': '# data\n*.csv\n!keep.csv\ndata/\n/root.txt\n',
      'a.csv': '',
      'keep.csv': '',
      'root.txt': '',
      'data/keep.csv': '',
      'sub/root.txt': '',
      'sub/b.csv': '',
      'sub/.slipwayignore': '!b.csv\nlocal.*\n',
      'sub/local.txt': '',
      'sub/deep/local.txt': '',
      'local.txt': '',
      'other/b.csv': '',
    });
    expect(files).toEqual(['keep.csv', 'local.txt', 'sub/b.csv', 'sub/root.txt']);
    expect(ignored).toEqual({
      'a.csv': '.slipwayignore',
      'data/': '.slipwayignore',
      'other/b.csv': '.slipwayignore',
      'root.txt': '.slipwayignore',
      'sub/deep/local.txt': '.slipwayignore',
      'sub/local.txt': '.slipwayignore',
    });
  });

  it('brings back a single file that the defaults leave, but no secret and no tool folder', async () => {
    const { files } = await choose({
      '.slipwayignore': '!*\n!*/\n',
      'other.ipynb': '',
      '.hidden': '',
      '.env': '',
      '.git/x.py': '',
      'venv/pyvenv.cfg': '',
    });
    expect(files).toEqual(['.hidden', 'other.ipynb']);
  });

  it('is refused when it is no text', async () => {
    await expect(choose({ '.slipwayignore': new Uint8Array([0xff, 0xfe, 0x00]) })).rejects.toMatchObject({
      code: 'files.refused',
    });
  });

  it('matches names with line breaks and backslashes without harm', async () => {
    const { files } = await choose({ '.slipwayignore': 'x*\n', 'x\ny': '', 'a\\b': '', 'd/x\\y': '' });
    expect(files).toEqual(['a\\b']);
  });
});

describe('files.include and files.exclude', () => {
  const tree = {
    'a.py': '',
    'b.csv': '',
    'data/c.csv': '',
    'data/deep/d.csv': '',
    '.slipwayignore': 'data/\n',
    'src/e.py': '',
    'src/node_modules/f.py': '',
    '.config/g.toml': '',
    '.env': '',
    'certs/h.pem': '',
    'other.ipynb': '',
  };

  it.each<[string[], string[]]>([
    [['a.py'], ['a.py']],
    [['./a.py'], ['a.py']],
    [['*.py'], ['a.py']],
    [['**/*.py'], ['a.py', 'src/e.py']],
    [['src'], ['src/e.py']],
    [['src/'], ['src/e.py']],
    [['src/node_modules'], ['src/node_modules/f.py']],
    [['**/*.csv'], ['b.csv']],
    [['data/**/*.csv'], ['data/c.csv', 'data/deep/d.csv']],
    [['data'], ['data/c.csv', 'data/deep/d.csv']],
    [
      ['data/deep/d.csv', 'a.py'],
      ['a.py', 'data/deep/d.csv'],
    ],
    [['.config'], ['.config/g.toml']],
    [['.env'], ['.env']],
    [['certs/*.pem'], ['certs/h.pem']],
    [['**'], ['a.py', 'b.csv', 'other.ipynb', 'src/e.py']],
    [['.'], ['a.py', 'b.csv', 'other.ipynb', 'src/e.py']],
    [['{a,src/e}.py'], ['a.py', 'src/e.py']],
    [[], []],
  ])('include %j takes exactly %j', async (include, expected) => {
    expect((await choose(tree, { files: { include } })).files).toEqual(expected);
  });

  it.each<[string[], string[]]>([
    [['*.csv'], ['a.py', 'src/e.py']],
    [['src'], ['a.py', 'b.csv']],
    [['**/*.py'], ['b.csv']],
    [['**'], []],
  ])('exclude %j leaves %j', async (exclude, expected) => {
    const { files } = await choose({ 'a.py': '', 'b.csv': '', 'src/e.py': '' }, { files: { exclude } });
    expect(files).toEqual(expected);
  });

  it('lets exclude win, and says so', async () => {
    const { files, ignored } = await choose(
      { 'a.py': '', 'b.py': '' },
      { files: { include: ['*.py'], exclude: ['b.py'] } },
    );
    expect([files, ignored]).toEqual([['a.py'], { 'b.py': 'files.exclude' }]);
  });

  it('warns of a glob that matches nothing', async () => {
    const { warnings } = await choose({ 'a.py': '' }, { files: { include: ['a.py', 'nb.ipynb', '*.txt'] } });
    expect(warnings).toEqual(['files.include: "*.txt" matches no file.']);
  });

  it('does not look where no glob can match', async () => {
    const folder = memoryFolder({ 'nb.ipynb': '', 'huge/x': '', 'src/a/b.py': '', 'src/c/d.py': '' });
    await chooseCompanions(folder, { notebook: 'nb.ipynb', files: { include: ['src/a/*.py'] } }, signal);
    expect(folder.listed).toEqual(['', 'src', 'src/a']);
  });

  it.each<[string[]]>([[['out.csv']], [['out.*']], [['dir/x.csv']], [['dir/**/*']], [['pipe']]])(
    'refuses a named link or device: %j',
    async (include) => {
      const files = { 'out.csv': link, dir: link, pipe: { kind: 'other' } as const };
      await expect(choose(files, { files: { include } })).rejects.toMatchObject({ code: 'files.refused' });
    },
  );

  it('does not stumble over links when everything is included', async () => {
    expect((await choose({ a: '', l: link }, { files: { include: ['**'] } })).files).toEqual(['a']);
  });

  it.each(['../x', '/etc/*', 'a/../../b', 'C:\\x', 'a\0', '~/x', '{../x,a}'])('refuses the glob %j', async (glob) => {
    for (const files of [{ include: [glob] }, { exclude: [glob] }]) {
      await expect(choose({}, { files })).rejects.toMatchObject({ code: 'path.refused' });
    }
  });
});
