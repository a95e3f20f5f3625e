import { resources } from '../../../kubernetes/index.ts';
import { checkPipelineRun } from '../../../pipeline/index.ts';
import { SlipwayError } from '../../../protocol/index.ts';
import { dryRunSchema, objectSchema } from './clusterObjects.ts';
import { parseManifest } from './manifestFile.ts';
import type { SpaceObjects } from './spaceObjects.ts';

/**
 * Creates a hand-written PipelineRun as it is, after the checks that Tekton makes too late and a dry run. Returns its name.
 * @throws SlipwayError `spec.invalid`, `run.conflict`, `cluster.*`
 */
export async function submitManifest(space: SpaceObjects, text: string, signal: AbortSignal): Promise<string> {
  const manifest = parseManifest(text, space.namespace);
  const mistakes = checkPipelineRun(manifest);
  const [first] = mistakes;
  if (first !== undefined) {
    throw new SlipwayError('spec.invalid', mistakes.map(({ message }) => message).join(' '), { action: first.action });
  }
  const path = space.path(resources.pipelineRuns);
  try {
    await space.api.create(path, manifest, { dryRun: true }, dryRunSchema, signal);
    const { metadata } = await space.api.create(path, manifest, {}, objectSchema, signal);
    return metadata.name;
  } catch (error) {
    const { name } = manifest.metadata;
    if (name === undefined || !SlipwayError.is(error, 'cluster.conflict')) throw error;
    throw new SlipwayError('run.conflict', `There is another run with the name ${name}.`, {
      action: 'Give it another metadata.name, or metadata.generateName.',
      cause: error,
    });
  }
}
