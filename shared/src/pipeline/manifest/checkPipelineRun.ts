import { checkTimeouts } from './checkTimeouts.ts';
import { fieldsOf, mappingsIn, namesIn, textOf, textsIn } from './foreignObject.ts';

/** What is wrong with a manifest, and what to do about it. */
export interface ManifestFault {
  readonly message: string;
  readonly action: string;
}

type Fields = ReturnType<typeof fieldsOf>;

interface Parts {
  readonly spec: Fields;
  readonly pipeline: Fields;
  /** Tasks and finally tasks. */
  readonly tasks: readonly Fields[];
  /** What the PipelineRun binds, by name. */
  readonly bindings: ReadonlyMap<string, Fields>;
}

/**
 * Finds the mistakes that a cluster accepts and that make a run fail afterwards, and limits that contradict each other. Takes
 * any PipelineRun; what is said in a Pipeline on the cluster cannot be seen from here. Never throws.
 */
export function checkPipelineRun(object: unknown): readonly ManifestFault[] {
  const { apiVersion, kind, spec: given } = fieldsOf(object);
  if (kind !== 'PipelineRun' || !(textOf(apiVersion) ?? '').startsWith('tekton.dev/')) {
    return [
      {
        message: 'This is not a PipelineRun.',
        action: 'Give an object with apiVersion: tekton.dev/v1 and kind: PipelineRun.',
      },
    ];
  }
  const spec = fieldsOf(given);
  const faults = [...checkTimeouts(spec.timeouts)];
  if (typeof spec.pipelineSpec !== 'object' || spec.pipelineSpec === null) return faults;
  const pipeline = fieldsOf(spec.pipelineSpec);
  const parts: Parts = {
    spec,
    pipeline,
    tasks: [...mappingsIn(pipeline.tasks), ...mappingsIn(pipeline.finally)],
    bindings: new Map(mappingsIn(spec.workspaces).map((binding) => [textOf(binding.name) ?? '', binding])),
  };
  return [
    ...faults,
    ...missingBindings(parts),
    ...undeclaredWorkspaces(parts),
    ...missingParameters(parts),
    ...unknownTasks(parts),
    ...claimsSideBySide(parts),
  ];
}

const quoted = (name: string): string => JSON.stringify(name.slice(0, 100));

/** Ends as `InvalidWorkspaceBindings`. */
function missingBindings({ pipeline, bindings }: Parts): ManifestFault[] {
  const required = mappingsIn(pipeline.workspaces).filter(({ optional }) => optional !== true);
  return namesIn(required)
    .filter((name) => !bindings.has(name))
    .map((name) => ({
      message: `The pipeline needs the workspace ${quoted(name)}, and the PipelineRun does not bind it.`,
      action: `Add an entry with name: ${name} to spec.workspaces, or mark it optional.`,
    }));
}

/** Ends as `CreateRunFailed`, or as a TaskRun that fails validation. */
function undeclaredWorkspaces({ pipeline, tasks, bindings }: Parts): ManifestFault[] {
  const declared = new Set(namesIn(mappingsIn(pipeline.workspaces)));
  return tasks.flatMap((task) => {
    const own = mappingsIn(fieldsOf(task.taskSpec).workspaces);
    const optional = new Set(namesIn(own.filter((workspace) => workspace.optional === true)));
    const used = workspacesOf(task).filter(({ name, from }) => !optional.has(name) && !bindings.has(from));
    const named = new Set(workspacesOf(task).map(({ name }) => name));
    const unbound = namesIn(own).filter((name) => !optional.has(name) && !named.has(name) && !bindings.has(name));
    const whose = `The task ${quoted(textOf(task.name) ?? '')}`;
    return [
      // One that the pipeline declares, and requires, was reported above.
      ...used
        .filter(({ from }) => !declared.has(from))
        .map(({ from }) => ({
          message: `${whose} uses the workspace ${quoted(from)}, which the pipeline does not declare.`,
          action: `Declare ${from} in pipelineSpec.workspaces and bind it in spec.workspaces.`,
        })),
      ...unbound.map((name) => ({
        message: `${whose} needs the workspace ${quoted(name)}, and nothing is bound to it.`,
        action: `Add name: ${name} to the workspaces of the task in pipelineSpec.tasks.`,
      })),
    ];
  });
}

/** Workspaces of a task: its own name for each, and the name in the PipelineRun. */
function workspacesOf(task: Fields): { readonly name: string; readonly from: string }[] {
  return mappingsIn(task.workspaces).flatMap(({ name, workspace }) => {
    const own = textOf(name);
    return own === undefined ? [] : [{ name: own, from: textOf(workspace) ?? own }];
  });
}

/** Ends as `ParameterMissing`. */
function missingParameters({ spec, pipeline }: Parts): ManifestFault[] {
  const given = new Set(namesIn(mappingsIn(spec.params)));
  const required = mappingsIn(pipeline.params).filter((param) => param.default === undefined || param.default === null);
  return namesIn(required)
    .filter((name) => !given.has(name))
    .map((name) => ({
      message: `The pipeline needs the parameter ${quoted(name)}, and the PipelineRun does not give it.`,
      action: `Add an entry with name: ${name} to spec.params, or give it a default in pipelineSpec.params.`,
    }));
}

/** Ends as `InvalidTaskRunSpecs`. */
function unknownTasks({ spec, tasks }: Parts): ManifestFault[] {
  const known = namesIn(tasks);
  return namesIn(mappingsIn(spec.taskRunSpecs), 'pipelineTaskName')
    .filter((name) => !known.includes(name))
    .map((name) => ({
      message: `spec.taskRunSpecs names the task ${quoted(name)}, which the pipeline does not have.`,
      action: `Its tasks are: ${known.slice(0, 20).join(', ')}. Correct pipelineTaskName, or remove the entry.`,
    }));
}

/** Ends as a TaskRun with `TaskRunValidationFailed`, as long as the affinity assistant is on, which it is by default. */
function claimsSideBySide({ tasks, bindings }: Parts): ManifestFault[] {
  return tasks.flatMap((task) => {
    const propagated = [...textsIn(task.taskSpec)].flatMap((text) =>
      [...text.matchAll(/\$\(workspaces\.([-\w]+)\./g)].map(([, name]) => name ?? ''),
    );
    const bound = new Map([
      ...propagated.map((name) => [name, name] as const),
      ...workspacesOf(task).map(({ name, from }) => [name, from] as const),
    ]);
    const claims = new Set([...bound.values()].map((from) => claimOf(from, bindings.get(from))));
    claims.delete(undefined);
    if (claims.size < 2) return [];
    return [
      {
        message: `The task ${quoted(textOf(task.name) ?? '')} uses ${claims.size} volumes as workspaces; Tekton allows one claim a task.`,
        action:
          'Keep one of them as a workspace, and mount the others as taskSpec.volumes with volumeMounts of the steps.',
      },
    ];
  });
}

/** What tells the claim behind a workspace from others; undefined where there is none. */
function claimOf(workspace: string, binding: Fields | undefined): string | undefined {
  if (binding === undefined) return undefined;
  const claimName = textOf(fieldsOf(binding.persistentVolumeClaim).claimName);
  if (claimName !== undefined) return `claim ${claimName}`;
  return typeof binding.volumeClaimTemplate === 'object' && binding.volumeClaimTemplate !== null
    ? `template ${workspace}`
    : undefined;
}
