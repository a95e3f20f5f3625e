import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubectl } from '../../cluster/cluster.mjs';
import { json, notebook } from '../cli/slipway.ts';
import { ClusterMachine } from './clusterMachine.ts';

let ada: ClusterMachine;
let file: string;

/** Whether Tekton's own init containers fulfil PodSecurity "restricted"; an administrator decides that for all runs. */
const setSecurityContext = (value: boolean) =>
  kubectl([
    'patch',
    'configmap',
    'feature-flags',
    '-n',
    'tekton-pipelines',
    '--type=merge',
    '-p',
    JSON.stringify({ data: { 'set-security-context': String(value) } }),
  ]);

beforeAll(async () => {
  ada = await ClusterMachine.create('restricted');
  await kubectl(['label', 'namespace', ada.namespace, 'pod-security.kubernetes.io/enforce=restricted']);
  file = await ada.machine.write('a.ipynb', notebook(['print(6 * 7)']));
});

afterAll(async () => {
  await setSecurityContext(false);
  await ada.dispose();
});

describe('a space with PodSecurity "restricted"', () => {
  it('says before a run, and of one that was sent all the same, what Tekton’s own containers do not fulfil', async () => {
    const before = await ada.names(['pipelinerun']);
    const looked = await ada.slipway(['run', file]);
    expect(looked.exitCode, looked.stdout + looked.stderr).toBe(4);
    expect(looked.stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /takes only restricted pods, .*set set-security-context to "true"/,
    );
    expect(await ada.names(['pipelinerun'])).toEqual(before);
    const ended = await ada.slipway(['run', file, '-o', 'json', '--no-preflight']);
    expect(ended.exitCode).toBe(1);
    const { diagnosis } = json(ended);
    expect(diagnosis?.id, ended.stdout).toBe('podSecurity');
    expect(diagnosis?.cause).toMatch(/security level restricted/);
  });

  it('takes runs as they are once they do', async () => {
    await setSecurityContext(true);
    const ended = await ada.until('Tekton goes by its new setting', async () => {
      const tried = await ada.slipway(['run', file, '-o', 'json']);
      return tried.exitCode === 0 ? tried : undefined;
    });
    expect(json(ended).state).toBe('succeeded');
    // Large inputs go through a helper pod, which fulfils it too.
    await ada.machine.write('big.bin', 'x'.repeat(2_000_000));
    const big = await ada.slipway(['run', file, '-o', 'json', '--yes']);
    expect(big.exitCode, big.stderr + big.stdout).toBe(0);
  });
});
