import { Document, isMap, isPair, isScalar, isSeq, visit } from 'yaml';
import type { Node, Pair } from 'yaml';
import type { KubernetesObject } from './kubernetesObject.ts';
import type { ManifestInput } from './manifestInput.ts';
import { objectNames } from './names.ts';

/** What a platform engineer asks on reading a manifest, and the place that answers. The first place of each is told. */
const comments: readonly (readonly [path: RegExp, text: string])[] = [
  [/^metadata\.annotations$/, 'For people and for a rerun. Nothing is authorised by them.'],
  [
    /^spec\.timeouts$/,
    'The sum of the steps\' limits and 15 minutes; "0" where the work itself has no limit. Always given: the default of\nTekton is an hour. The scripts keep each step\'s own limit, so that a step over it still gets its report.',
  ],
  [/^spec\.pipelineSpec\.tasks\.0\.timeout$/, 'Again, since some versions of Tekton give a TaskRun an hour otherwise.'],
  [
    /^spec\.pipelineSpec\.tasks\.0\.taskSpec\.volumes$/,
    'Volumes, not workspaces: several claims in one pod, and no affinity assistant that ties pods to a node.',
  ],
  [
    /^spec\.pipelineSpec\.tasks\.0\.taskSpec\.stepTemplate\.env$/,
    "Folders and the team's mirrors. Parameters, variables, paths and commands are in run.json of the inputs, where\nneither Tekton nor Kubernetes expands $(...).",
  ],
  [
    /^spec\.pipelineSpec\.tasks\.\d+\.taskSpec\.steps$/,
    'The scripts are in the ConfigMap of the volume "steps". A failed step does not stop the next: each decides what to\nskip, and "collect" gives the verdict.',
  ],
];

const onWork = 'The instance type is on this step alone: what the steps of a pod request adds up.';

const longestFlow = 100;

/**
 * The objects as YAML for a platform engineer: in the order in which they are created, short, and saying why where one would
 * ask. Comments hold nothing of the user's.
 */
export function manifestText(objects: readonly KubernetesObject[], input: ManifestInput): string {
  return objectsText(objects, header(objects, input), comments);
}

/**
 * Objects as YAML that people read.
 * @param head comment lines for the top, each with its line end
 * @param notes a comment for the first place of each object whose path, such as `spec.volumes.0`, fits
 */
export function objectsText(
  objects: readonly KubernetesObject[],
  head: string,
  notes: readonly (readonly [path: RegExp, text: string])[],
): string {
  return objects.map((object, index) => documentText(object, index === 0 ? head : '', notes)).join('---\n');
}

function header(objects: readonly KubernetesObject[], input: ManifestInput): string {
  const { runFile, scripts } = input;
  const { inputs } = objectNames(runFile.run);
  const has = (name: string): boolean =>
    objects.some(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
  const needed = [scripts.stepsName, scripts.assetsName, inputs].filter((name) => !has(name));
  const lines = [
    `The run ${runFile.run}, as Slipway creates it.`,
    ...(needed.length === 0 ? [] : ['It needs the ConfigMaps', ...needed.map((name) => `  ${name}`)]),
    ...(input.inputs.uploaded.length === 0
      ? []
      : [`and ${input.inputs.uploaded.length} input files on the volume, streamed there before the run.`]),
  ];
  return lines.map((line) => `# ${line}\n`).join('');
}

function documentText(object: KubernetesObject, head: string, notes: typeof comments): string {
  const document = new Document(object, { version: '1.2', compat: 'yaml-1.1', aliasDuplicateObjects: false });
  if (notes !== comments || object.kind === 'PipelineRun') addComments(document, notes);
  shorten(document);
  quoteRareSigns(document);
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: true });
  return head + text.replace(rareSigns, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What readers of YAML 1.1, kubectl among them, refuse or take for the end of a line. */
const rareSigns = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** A tab where such readers look for the indentation of a block. */
const tabAtStart = /^ *\t/m;

/** In double quotes, signs can be written as escapes. */
function quoteRareSigns(document: Document): void {
  visit(document, {
    Scalar(_, scalar) {
      const { value } = scalar;
      if (typeof value !== 'string') return;
      if (value.search(rareSigns) >= 0 || tabAtStart.test(value)) scalar.type = 'QUOTE_DOUBLE';
    },
  });
}

function addComments(document: Document, notes: typeof comments): void {
  const left = new Set(notes);
  visit(document, {
    Map(_, map) {
      const name = map.get('name');
      const resources = map.items.find(({ key }) => isScalar(key) && key.value === 'computeResources');
      if ((name !== 'notebook' && name !== 'command') || !isScalar(resources?.key)) return;
      resources.key.commentBefore = ` ${onWork}`;
    },
    Pair(_, pair, ancestors) {
      const path = pathOf([...ancestors, pair]);
      for (const comment of left) {
        const [pattern, text] = comment;
        if (!pattern.test(path) || !isScalar(pair.key)) continue;
        pair.key.commentBefore = text.replace(/^/gm, ' ');
        left.delete(comment);
        return;
      }
    },
  });
}

/** Keys and indexes from the top to the last node. */
function pathOf(nodes: readonly (Document | Node | Pair)[]): string {
  return nodes
    .flatMap((node, index) => {
      if (isPair(node)) return [String(isScalar(node.key) ? node.key.value : node.key)];
      const parent = nodes[index - 1];
      return isSeq(parent) ? [String(parent.items.indexOf(node))] : [];
    })
    .join('.');
}

/** Entries of lists that fit into a line get one: variables, mounts, the scripts of a ConfigMap. */
function shorten(document: Document): void {
  visit(document, {
    Seq(_, seq) {
      for (const item of seq.items) {
        if (isMap(item) && isFlat(item, 1)) item.flow = true;
      }
      const scalars = seq.items.every((item) => isScalar(item));
      if (scalars && JSON.stringify(seq).length < longestFlow) seq.flow = true;
    },
  });
}

/** Few short texts and numbers, at most so many mappings deep, without signs that some readers stumble over in a line. */
function isFlat(node: unknown, depth: number): boolean {
  if (!isMap(node) || node.items.length > 4) return false;
  if (JSON.stringify(node).length > longestFlow || node.items.some(({ key }) => isScalar(key) && key.commentBefore)) {
    return false;
  }
  return node.items.every(
    ({ value }) =>
      (isScalar(value) && !(typeof value.value === 'string' && /[?&*#!|>%{}[\]\n]/.test(value.value))) ||
      (depth > 0 && isFlat(value, depth - 1)),
  );
}
