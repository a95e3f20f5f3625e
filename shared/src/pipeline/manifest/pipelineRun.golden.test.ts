import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import { checkPipelineRun } from './checkPipelineRun.ts';
import { renderHelperPod, renderVolumeReaderPod } from './helperPod.ts';
import type { KubernetesObject } from './kubernetesObject.ts';
import { manifestText } from './manifestText.ts';
import { renderPipelineRun } from './pipelineRun.ts';
import { renderVolumeClaim } from './runVolume.ts';
import { exampleRuns } from './testing/exampleRuns.ts';
import { createdAt, exampleInput, exampleScripts } from './testing/manifestInputs.ts';

/**
 * Every kind of run as it is sent. After a change that is meant: `npx vitest run -u shared/src/pipeline/manifest`, and read the
 * diff. test/cluster/manifests.cluster.test.ts has the same files judged by Tekton's own code and by an API server.
 */
const golden = join(import.meta.dirname, '__golden__');

const helperPods: Readonly<Record<string, () => KubernetesObject>> = {
  'helper-upload': () => renderHelperPod(exampleInput(), 'upload', { deadlineSeconds: 3600 }),
  'helper-upload-as-root': () =>
    renderHelperPod(exampleInput(exampleRuns['root-prepare']), 'upload', { deadlineSeconds: 3600 }),
  'helper-reader': () =>
    renderHelperPod(exampleInput(exampleRuns['gpu-named-size']), 'reader', { deadlineSeconds: 299.5 }),
  'helper-reader-claim': () =>
    renderHelperPod(exampleInput(exampleRuns['volume-claim-subpath']), 'reader', { deadlineSeconds: 300 }),
  'helper-reader-service-account': () =>
    renderHelperPod(exampleInput(exampleRuns['service-account']), 'reader', { deadlineSeconds: 300 }),
  'helper-volume-reader': () =>
    renderVolumeReaderPod(
      {
        name: 'slipway-history-team-data',
        namespace: 'team-a',
        profile: exampleInput(exampleRuns['private-registry']).profile,
        volume: { claimName: 'team-data', subPath: 'teams/single cell' },
        scripts: exampleScripts,
        expiresAt: createdAt,
      },
      { deadlineSeconds: 300 },
    ),
};

function objectsOf(name: string): KubernetesObject[] {
  const input = exampleInput(exampleRuns[name]);
  const claim = renderVolumeClaim(input);
  return [...(claim === undefined ? [] : [claim]), renderPipelineRun(input)];
}

describe('manifests', () => {
  it.each(Object.keys(exampleRuns))('%s', async (name) => {
    const objects = objectsOf(name);
    const text = manifestText(objects, exampleInput(exampleRuns[name]));
    expect(parseAllDocuments(text).map((document) => document.toJS() as unknown)).toEqual(objects);
    expect(checkPipelineRun(objects.at(-1))).toEqual([]);
    await expect(text).toMatchFileSnapshot(join(golden, `${name}.yaml`));
  });

  it.each(Object.entries(helperPods))('%s', async (name, render) => {
    const pod = render();
    const text = manifestText([pod], exampleInput());
    expect(parseAllDocuments(text).map((document) => document.toJS() as unknown)).toEqual([pod]);
    await expect(text).toMatchFileSnapshot(join(golden, `${name}.yaml`));
  });

  it('have a golden file each, and no file is left over', () => {
    const names = [...Object.keys(exampleRuns), ...Object.keys(helperPods)];
    expect(readdirSync(golden).sort()).toEqual(names.map((name) => `${name}.yaml`).sort());
  });
});
