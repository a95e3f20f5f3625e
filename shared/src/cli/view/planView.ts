import { formatBytes, type RunPlan } from '../../protocol/index.ts';
import { count } from '../../views/index.ts';
import { lineText, plain, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { displayWidth, truncate } from '../terminal/text.ts';
import { fact, labelWidth, warning } from './labels.ts';
import { formatPath, formatValue } from './values.ts';

export interface PlanViewOptions {
  readonly cwd: string;
  readonly home: string;
  /** Columns to break lines at; Infinity for none. */
  readonly width: number;
  /** Names every file and everything that stays; else the first few. */
  readonly complete: boolean;
}

const shownFiles = 3;
const longestPath = 40;

/** What would run where, as it is shown before every run. */
export function planLines(plan: RunPlan, options: PlanViewOptions): Line[] {
  const { width } = options;
  return [
    ...(plan.cluster === undefined ? placeLines(plan, options) : clusterLines(plan.context, plan.cluster, width)),
    ...fact(plan.spec.notebook === undefined ? 'command' : 'notebook', describeJob(plan, options.complete), width),
    ...fileLines(plan, options),
    ...fact('tests', describeTests(plan), width),
    ...[...plan.warnings, ...plan.companions.warnings].flatMap((text) => warning(oneLine(text), width)),
  ];
}

/** The line with the run's name, once it has one. */
export function runNameLine(name: string): Line {
  return fact('run', name, Number.POSITIVE_INFINITY)[0] ?? [plain(name)];
}

/** Context and Python, on one line where it is wide enough. */
function placeLines(plan: RunPlan, options: PlanViewOptions): Line[] {
  const context = fact('context', describeContext(plan.context), options.width);
  const python = describePython(plan, options);
  if (python === undefined) return context;
  const first = context[0];
  const gap = ' '.repeat(12);
  if (first !== undefined && context.length === 1) {
    const together = displayWidth(lineText(first)) + displayWidth(gap) + 8 + displayWidth(python);
    if (together < options.width && options.width !== Number.POSITIVE_INFINITY) {
      const pythonSpans = fact('python', python, Number.POSITIVE_INFINITY, 8)[0] ?? [];
      return [[...first, plain(gap), ...pythonSpans]];
    }
  }
  return [...context, ...fact('python', python, options.width)];
}

/** Where on the cluster, on what, and where the run's folder will lie. */
function clusterLines(context: string, cluster: NonNullable<RunPlan['cluster']>, width: number): Line[] {
  const { cpu, memory, gpus, instanceType } = cluster;
  const size = [`${cpu} CPU`, memory, ...(gpus === 0 ? ['no GPU'] : [count(gpus, 'GPU')])].join(', ');
  return [
    ...fact('context', `${oneLine(context)} (space ${oneLine(cluster.namespace)}, as ${oneLine(cluster.user)})`, width),
    ...fact('image', oneLine(cluster.image), width),
    ...fact('size', instanceType === undefined ? size : `${oneLine(instanceType)}: ${size}`, width),
    ...fact('volume', oneLine(cluster.volume), width),
    ...fact('inputs', oneLine(cluster.inputs), width),
  ];
}

export function describeContext(context: string): string {
  return context === 'local' ? 'local (this machine)' : oneLine(context);
}

function describePython(plan: RunPlan, { cwd, home }: PlanViewOptions): string | undefined {
  const { python } = plan;
  if (python === undefined) return undefined;
  const environment = {
    asIs: '',
    reused: ', environment reused',
    toBuild: ', an environment will be built',
  }[python.environment];
  const path = formatPath(python.interpreter, cwd, home);
  return `${path} ${oneLine(python.version)} (${oneLine(python.explanation)})${environment}`;
}

function describeJob(plan: RunPlan, complete: boolean): string {
  const cells = plan.codeCells === undefined ? '' : `, ${count(plan.codeCells, 'code cell')}`;
  const unsaved = plan.unsaved ? ', with unsaved edits' : '';
  const parameters = describeParameters(plan, complete);
  return `${oneLine(plan.title)}${cells}${unsaved}${parameters === '' ? '' : `; parameters ${parameters}`}`;
}

/** The parameters that are set, with type and default; then those that are not, by name or by number. */
function describeParameters({ parameters, spec }: RunPlan, complete: boolean): string {
  const known = new Set(parameters.map((parameter) => parameter.name));
  const set = parameters.flatMap(({ name, type, value, defaultSource }) => {
    if (value === undefined) return [];
    const hint = defaultSource === '' ? type : `${type}, default ${formatDefault(defaultSource)}`;
    return [`${oneLine(name)}=${formatValue(value)} (${hint})`];
  });
  const undeclared = Object.entries(spec.parameters ?? {})
    .filter(([name]) => !known.has(name))
    .map(([name, value]) => `${oneLine(name)}=${formatValue(value)}`);
  const unset = parameters.filter(({ value }) => value === undefined);
  if (!complete) {
    const others = set.length + undeclared.length === 0 ? '' : 'more ';
    const defaults =
      unset.length === 0
        ? []
        : [`${unset.length} ${others}at ${unset.length === 1 ? 'its default' : 'their defaults'}`];
    return [...set, ...undeclared, ...defaults].join(', ');
  }
  const defaults = unset.map(
    ({ name, type, defaultSource }) => `${oneLine(name)}=${formatDefault(defaultSource)} (${type})`,
  );
  return [...set, ...undeclared, ...defaults].join(', ');
}

function formatDefault(source: string): string {
  return truncate(oneLine(source), 40);
}

/** What travels, and what stays: on one line where it is wide enough. */
function fileLines({ companions, spec }: RunPlan, { complete, width }: PlanViewOptions): Line[] {
  const nothing = spec.notebook === undefined ? 'no files' : 'the notebook alone';
  const travels = companions.files.length === 0 ? nothing : listFiles(companions, complete);
  if (companions.ignored.length === 0) return fact('travels', travels, width);
  const shown = complete ? companions.ignored : companions.ignored.slice(0, shownFiles);
  const names = shown.map(({ path, reason }) => `${shortPath(path, complete)} (${oneLine(reason)})`);
  const ignored = listWithMore(names, companions.ignored.length);
  const together = `${travels}      ignored: ${ignored}`;
  if (displayWidth(together) + labelWidth <= width && width !== Number.POSITIVE_INFINITY) {
    return fact('travels', together, width);
  }
  return [...fact('travels', travels, width), ...fact('ignored', ignored, width)];
}

function listFiles({ files, totalBytes }: RunPlan['companions'], complete: boolean): string {
  const shown = complete ? files : files.slice(0, shownFiles);
  const names = shown.map(({ path, bytes }) => shortPath(path, complete) + (complete ? ` ${formatBytes(bytes)}` : ''));
  return `${listWithMore(names, files.length)} (${count(files.length, 'file')}, ${formatBytes(totalBytes)})`;
}

function listWithMore(names: readonly string[], total: number): string {
  return names.join(', ') + (total > names.length ? ` and ${total - names.length} more` : '');
}

/** A long path from its end, which tells more. */
function shortPath(path: string, complete: boolean): string {
  const text = oneLine(path);
  if (complete || displayWidth(text) <= longestPath) return text;
  const parts = text.split('/');
  let end = parts.pop() ?? '';
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (displayWidth(`…/${part}/${end}`) > longestPath) break;
    end = `${part}/${end}`;
  }
  return `…/${truncate(end, longestPath)}`;
}

function describeTests({ tests }: RunPlan): string {
  if (tests === undefined) return 'none';
  const folder = oneLine(tests.path);
  const details = [
    ...(tests.marker === undefined ? [] : [`marker ${oneLine(tests.marker)}`]),
    ...(tests.asked ? [] : ['found beside the notebook']),
    ...(tests.always ? ['also when the notebook fails'] : []),
  ];
  const path = folder.endsWith('/') || folder.endsWith('.py') ? folder : `${folder}/`;
  return details.length === 0 ? path : `${path} (${details.join(', ')})`;
}
