import type { JobSpec, ParameterDeclaration, ParameterValue, RunPlan } from '../../protocol/index.ts';
import { valueText } from '../base/valueText.ts';
import {
  datasetOf,
  datasetProblems,
  initialDataset,
  type DatasetProblem,
  type DatasetValues,
} from './datasetValues.ts';
import { parseValue, typeOf, type ParameterType } from './parameterValues.ts';

/** What a person can change, as the fields hold it. Kept between windows, so that it is JSON and of a known shape. */
export interface FormValues extends DatasetValues {
  /** By name; as typed. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly image: string;
  readonly instanceType: string;
  readonly kernel: string;
  readonly python: string;
  /** `NAME=value` lines. */
  readonly environment: string;
  /** For the notebook or command: `90m`. */
  readonly timeLimit: string;
  readonly tests: boolean;
  readonly testPath: string;
  readonly marker: string;
  readonly alwaysTests: boolean;
  /** Paths of files that were unticked. */
  readonly excluded: readonly string[];
}

/** A parameter as its row shows it. */
export interface ParameterField {
  readonly name: string;
  readonly type: ParameterType;
  /** The default as the cell has it. */
  readonly defaultText: string;
  readonly help: string | undefined;
}

export type ProblemName = 'int' | 'float' | 'list' | 'dict' | 'none' | 'environment' | 'timeLimit' | DatasetProblem;

/** Something in a field that cannot be sent. */
export interface Problem {
  /** Of the field: `parameter.NAME`, `dataset`, `environment`, `timeLimit`. */
  readonly field: string;
  /** How the field is called. */
  readonly label: string;
  readonly problem: ProblemName;
}

const durationPattern = /^(\d+(\.\d+)?(h|m|s))+$/;

/** The parameters of a notebook: those that its cell declares, then those that only the job names. */
export function parameterFields(declared: readonly ParameterDeclaration[], spec: JobSpec): ParameterField[] {
  const fields = declared.map(({ name, type, defaultSource, defaultValue, help }) => ({
    name,
    type,
    defaultText: defaultValue === undefined ? defaultSource : valueText(defaultValue),
    help,
  }));
  const names = new Set(fields.map(({ name }) => name));
  const others = Object.entries(spec.parameters ?? {}).filter(([name]) => !names.has(name));
  return [
    ...fields,
    ...others.map(([name, value]) => ({ name, type: typeOf(value), defaultText: valueText(value), help: undefined })),
  ];
}

/** The same for a run that is sent again: what its fields come back to is what the run had. */
export function fieldsOfRun(declared: readonly ParameterDeclaration[], spec: JobSpec): ParameterField[] {
  return parameterFields(declared, spec).map((field) => {
    const given = spec.parameters?.[field.name];
    return given === undefined ? field : { ...field, defaultText: valueText(given) };
  });
}

/** What the fields hold at first. */
export function initialValues(spec: JobSpec, fields: readonly ParameterField[]): FormValues {
  const given = spec.parameters ?? {};
  const tests = testsOf(spec);
  const limit = spec.timeouts?.[spec.command === undefined ? 'notebook' : 'command'];
  return {
    parameters: Object.fromEntries(
      fields.map(({ name, defaultText }) => {
        const value = given[name];
        return [name, value === undefined ? defaultText : valueText(value)];
      }),
    ),
    image: spec.image ?? '',
    instanceType: spec.instanceType ?? '',
    kernel: spec.kernel ?? '',
    python: spec.python ?? '',
    ...initialDataset(spec.dataset),
    environment: Object.entries(spec.env ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    timeLimit: limit === undefined ? '' : typeof limit === 'number' ? `${limit}s` : limit,
    tests: spec.tests !== false,
    testPath: tests.path ?? '',
    marker: tests.marker ?? '',
    alwaysTests: tests.always ?? false,
    excluded: [],
  };
}

/** Puts what was kept from the last time over the initial values; anything of another shape is passed over. */
export function withKept(values: FormValues, kept: unknown): FormValues {
  if (typeof kept !== 'object' || kept === null) return values;
  const merged: Record<string, unknown> = { ...values };
  for (const [name, value] of Object.entries(kept)) {
    const known = merged[name];
    if (typeof known !== 'object' && typeof value === typeof known) merged[name] = value;
  }
  const parameters = { ...values.parameters };
  if ('parameters' in kept && typeof kept.parameters === 'object' && kept.parameters !== null) {
    for (const [name, text] of Object.entries(kept.parameters)) {
      if (Object.hasOwn(parameters, name) && typeof text === 'string') parameters[name] = text;
    }
  }
  const excluded =
    'excluded' in kept && Array.isArray(kept.excluded)
      ? kept.excluded.filter((path): path is string => typeof path === 'string')
      : [];
  return { ...values, ...(merged as Partial<FormValues>), parameters, excluded };
}

/** What cannot be sent as it is, in the order of the fields. */
export function problemsOf(values: FormValues, fields: readonly ParameterField[]): Problem[] {
  const problems: Problem[] = [];
  for (const field of fields) {
    const text = values.parameters[field.name] ?? '';
    if (text === field.defaultText) continue;
    const { problem } = parseValue(text, field.type);
    if (problem !== undefined) problems.push({ field: `parameter.${field.name}`, label: field.name, problem });
  }
  for (const { field, problem } of datasetProblems(values)) problems.push({ field, label: field, problem });
  if (environmentOf(values.environment) === undefined) {
    problems.push({ field: 'environment', label: 'environment', problem: 'environment' });
  }
  if (values.timeLimit !== '' && !durationPattern.test(values.timeLimit)) {
    problems.push({ field: 'timeLimit', label: 'timeLimit', problem: 'timeLimit' });
  }
  return problems;
}

/**
 * The job that the fields say, on top of the one that the form began with. A parameter that still has the default of its
 * cell is not sent: then the notebook's own value counts. Call only without problems.
 */
export function specOf(base: JobSpec, values: FormValues, fields: readonly ParameterField[]): JobSpec {
  const spec: JobSpec = { ...base };
  const parameters = parametersOf(base, values, fields);
  setOrDelete(spec, 'parameters', Object.keys(parameters).length === 0 ? undefined : parameters);
  setOrDelete(spec, 'image', textOf(values.image));
  setOrDelete(spec, 'instanceType', textOf(values.instanceType));
  setOrDelete(spec, 'kernel', textOf(values.kernel));
  setOrDelete(spec, 'python', textOf(values.python));
  setOrDelete(spec, 'dataset', datasetOf(base.dataset, values));
  const environment = environmentOf(values.environment) ?? {};
  setOrDelete(spec, 'env', Object.keys(environment).length === 0 ? undefined : environment);
  const otherLimits = { ...base.timeouts };
  delete otherLimits.notebook;
  delete otherLimits.command;
  const limit = textOf(values.timeLimit);
  const limits = {
    ...otherLimits,
    ...(limit === undefined ? {} : { [spec.command === undefined ? 'notebook' : 'command']: limit }),
  };
  setOrDelete(spec, 'timeouts', Object.keys(limits).length === 0 ? undefined : limits);
  setOrDelete(spec, 'tests', testsSpec(base, values));
  if (values.excluded.length > 0) {
    const exclude = [...(base.files?.exclude ?? []), ...values.excluded.map(asGlob)];
    spec.files = { ...base.files, exclude };
  }
  return spec;
}

function parametersOf(
  base: JobSpec,
  values: FormValues,
  fields: readonly ParameterField[],
): Record<string, ParameterValue> {
  const sent: Record<string, ParameterValue> = {};
  for (const { name, type, defaultText } of fields) {
    const text = values.parameters[name] ?? defaultText;
    const given = base.parameters?.[name];
    if (given !== undefined && text === valueText(given)) sent[name] = given;
    else if (text !== defaultText) {
      const parsed = parseValue(text, type);
      if (parsed.problem === undefined) sent[name] = parsed.value;
    }
  }
  return sent;
}

function testsOf(spec: JobSpec): {
  path?: string | undefined;
  marker?: string | undefined;
  always?: boolean | undefined;
} {
  if (typeof spec.tests === 'string') return { path: spec.tests };
  return spec.tests === undefined || spec.tests === false ? {} : spec.tests;
}

function testsSpec(base: JobSpec, values: FormValues): JobSpec['tests'] {
  if (!values.tests) return false;
  const rest = { ...testsOf(base) };
  delete rest.path;
  delete rest.marker;
  delete rest.always;
  const path = textOf(values.testPath);
  const marker = textOf(values.marker);
  const tests = {
    ...rest,
    ...(path === undefined ? {} : { path }),
    ...(marker === undefined ? {} : { marker }),
    ...(values.alwaysTests ? { always: true } : {}),
  };
  return Object.keys(tests).length === 0 ? undefined : tests;
}

/** Variables of `NAME=value` lines; undefined when a line is none. */
export function environmentOf(text: string): Record<string, string> | undefined {
  const variables: Record<string, string> = {};
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [, name, value] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return undefined;
    variables[name] = value;
  }
  return variables;
}

/** Where the values of a job are kept. */
export function memoryKey(context: string, spec: JobSpec): string {
  const command = Array.isArray(spec.command) ? spec.command.join(' ') : (spec.command ?? '');
  return `form/${context}/${spec.notebook ?? command}`;
}

/** A Kubernetes quantity of memory for people: `32Gi` is `32 GiB`. */
export function memoryText(quantity: string): string {
  return quantity.replace(/([KMGTPE]i)$/, ' $1B');
}

/** How many GPUs a plan takes; undefined on this machine. */
export function gpusOf(plan: RunPlan): number | undefined {
  return plan.cluster?.gpus;
}

function asGlob(path: string): string {
  return path.replace(/[\\*?[\]{}()!+@]/g, '\\$&');
}

function textOf(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed === '' ? undefined : trimmed;
}

function setOrDelete<Name extends keyof JobSpec>(spec: JobSpec, name: Name, value: JobSpec[Name] | undefined): void {
  if (value === undefined) Reflect.deleteProperty(spec, name);
  else spec[name] = value;
}
