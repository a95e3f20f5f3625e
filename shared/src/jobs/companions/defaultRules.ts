import { nameOf } from '../paths.ts';

/** Folders that no notebook needs: what tools keep for themselves, and what can be built anew. */
const toolFolders: Readonly<Record<string, string>> = {
  '.git': 'version control',
  '.hg': 'version control',
  '.svn': 'version control',
  '.bzr': 'version control',
  '.jj': 'version control',
  CVS: 'version control',
  _darcs: 'version control',
  node_modules: 'installed packages',
  '.venv': 'virtual environment',
  '.ipynb_checkpoints': 'checkpoints',
  '.virtual_documents': 'cache',
  __pycache__: 'cache',
  '.cache': 'cache',
  '.pytest_cache': 'cache',
  '.mypy_cache': 'cache',
  '.ruff_cache': 'cache',
  '.hypothesis': 'cache',
  '.tox': 'cache',
  '.nox': 'cache',
  '.eggs': 'cache',
};

const secretFolders = new Set(['.ssh', '.aws', '.azure', '.gnupg', '.kube', '.docker', '.gcloud']);

/** Names of folders that always stay: nobody need look into them. Hidden ones stay besides. */
export const folderNamesThatStay: readonly string[] = [...Object.keys(toolFolders), ...secretFolders];

/** File names that hold keys and passwords as a rule. `id_*` is meant without an ending: data is called `id_map.csv`. */
const secretName = new RegExp(
  '^(?:' +
    [
      '\\.env.*',
      '[^.]*\\.env',
      '.*\\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk|kubeconfig)',
      'id_(?:rsa|dsa|ecdsa|ed25519)(?:[._-].*)?',
      'id_[^.]+',
      '[._]netrc',
      '\\.(?:pgpass|pypirc|npmrc|git-credentials|htpasswd|dockercfg|my\\.cnf|boto|s3cfg)',
      'kubeconfig',
      '(?:credentials|client_secret.*|service[-_]account.*)\\.json',
    ].join('|') +
    ')$',
  'is',
);

/** What a folder is by its content, whatever its name. */
export function environmentReason(names: ReadonlySet<string>): string | undefined {
  return names.has('pyvenv.cfg') || names.has('conda-meta') ? 'virtual environment' : undefined;
}

/** Why a folder stays by default, or undefined when it is looked into. */
export function folderReason(name: string): string | undefined {
  if (secretFolders.has(name)) return secretReason;
  if (Object.hasOwn(toolFolders, name)) return toolFolders[name];
  if (name.endsWith('.egg-info')) return 'cache';
  return name.startsWith('.') ? 'hidden' : undefined;
}

export const secretReason = 'looks like a secret';

export function looksSecret(path: string): boolean {
  return secretName.test(nameOf(path)) || path.split('/').some((part) => secretFolders.has(part));
}

/** What is known of a job when its files are judged. */
export interface FileContext {
  /** The code of a job's notebook, in which other notebooks may be named; undefined for a command, which may read any. */
  readonly notebookCode: string | undefined;
  /** True under the tests folder, where notebooks and reports are test data. */
  readonly inTests: boolean;
}

/** Why a file stays by default, or undefined when it travels. Secrets are told apart before. */
export function fileReason(path: string, { notebookCode, inTests }: FileContext): string | undefined {
  const name = nameOf(path);
  if (/^(?:Thumbs\.db|desktop\.ini|.*\.py[co]|.*~)$/is.test(name)) return 'cache';
  if (name.startsWith('.')) return 'hidden';
  if (inTests) return undefined;
  if (/_output\.(?:ipynb|html)$/i.test(name)) return 'output of a run';
  if (notebookCode !== undefined && /\.ipynb$/i.test(name) && !isNamedIn(notebookCode, name)) return 'another notebook';
  return /^slipway\.ya?ml$/.test(path) ? 'the job spec' : undefined;
}

/** Whether code names a file, as in `%run helpers.ipynb`; not as the end of a longer name. */
function isNamedIn(code: string, name: string): boolean {
  for (let at = code.indexOf(name); at !== -1; at = code.indexOf(name, at + 1)) {
    if (!/[\w-]/.test(code.charAt(at - 1))) return true;
  }
  return false;
}
