import type { LocalSettings, RunPaths } from '../runFolder.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of the step contract; set by us alone, so that a run inside a run does not see the outer one's. */
const ours = [
  'SLIPWAY_RUN_DIR',
  'SLIPWAY_STEPS',
  'SLIPWAY_OUTPUT',
  'SLIPWAY_PYTHON',
  'SLIPWAY_ENVIRONMENTS',
  'SLIPWAY_LOG',
  'SLIPWAY_CANCELLED',
];

/** The submitter's environment without what belongs to the submitter's own program (an editor, Node) or to another run. */
export function submitterEnvironment(env: Environment): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || name === 'ELECTRON_RUN_AS_NODE' || name === 'NODE_OPTIONS') continue;
    if (name.startsWith('VSCODE_') || ours.includes(name)) continue;
    kept[name] = value;
  }
  return kept;
}

/** The environment of a step; docs/decisions/0002-run-folder.md "The step contract". */
export function stepEnvironment(
  env: Environment,
  paths: RunPaths,
  settings: LocalSettings,
  cancelled: boolean,
): Record<string, string> {
  return {
    ...submitterEnvironment(env),
    PYTHONUNBUFFERED: '1',
    SLIPWAY_RUN_DIR: paths.folder,
    SLIPWAY_STEPS: settings.stepsDir,
    SLIPWAY_OUTPUT: paths.output,
    SLIPWAY_PYTHON: settings.interpreter,
    SLIPWAY_ENVIRONMENTS: settings.environmentsDir,
    SLIPWAY_LOG: 'captured',
    ...(cancelled ? { SLIPWAY_CANCELLED: '1' } : {}),
  };
}

/** What every process of a run carries in its environment, however it was started. */
export function runMarker(runDir: string): string {
  return `SLIPWAY_RUN_DIR=${runDir}`;
}
