import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Check, TeamProfile } from '../../../shared/src/protocol/index.ts';
import { adminRequest } from './adminRequest.ts';
import { ClusterMachine, context, profile } from './clusterMachine.ts';
import { coreInProcess } from './coreInProcess.ts';
import { Person, shippedRules, without } from './person.ts';

const machines: ClusterMachine[] = [];

afterAll(async () => {
  for (const machine of machines) await machine.dispose();
});

async function space(part: string, changes: Partial<TeamProfile> = {}): Promise<ClusterMachine> {
  const made = await ClusterMachine.create(`doctor-${part}`, changes);
  machines.push(made);
  return made;
}

/** What is there of the doctor's runs; the step scripts are shared by all runs of a space. */
async function leftIn(at: ClusterMachine): Promise<string[]> {
  const left = await at.names(
    ['pipelinerun', 'taskrun', 'pod', 'pvc', 'configmap'],
    'app.kubernetes.io/managed-by=slipway',
  );
  return left.filter((name) => !/\/slipway-(?:assets|steps)-/.test(name));
}

/** The collector of what has no owner any more takes a moment. */
const untilClean = (at: ClusterMachine) =>
  at.until('nothing is left', async () => ((await leftIn(at)).length === 0 ? true : undefined), 60_000);

describe.concurrent('slipway doctor', () => {
  it('on a healthy cluster tells of each of nine checks as it goes, with its time, and leaves nothing behind', async () => {
    const at = await space('well');
    const { services } = at.cluster;
    const git = { url: `${services.git}/private/examples.git` };
    const { gpu, small } = profile.instanceTypes ?? {};
    await at.writeContext({
      profile: { ...profile, git, instanceTypes: { ...(small && { small }), ...(gpu && { gpu }) } },
    });
    const core = coreInProcess(at.machine);
    const told: string[] = [];
    const live: Check[] = [];
    try {
      core.onNotification((name, params) => {
        if (name === 'doctor/looking' && 'name' in params) told.push(`looking: ${params.name}`);
        if (name !== 'doctor/checked' || !('check' in params)) return;
        told.push(params.check.name);
        live.push(params.check);
      });
      const { checks } = await core.handlers.doctor({ context, id: 'one' }, AbortSignal.timeout(500_000));

      const names = 'API server,who you are,may do,Tekton,workspace,git,GPU nodes,GPU in a pod,one-cell run'.split(',');
      expect(told).toEqual(names.flatMap((name) => [`looking: ${name}`, name]));
      expect(live).toEqual(checks);
      const found = Object.fromEntries(checks.map((check) => [check.name, check]));
      const [pass, warn] = ['pass', 'warn'] as const;
      expect(found).toMatchObject({
        'API server': {
          outcome: pass,
          detail: expect.stringMatching(/^https:.*, Kubernetes 1\.\d+.* ms, clock [+-]\d/),
        },
        'who you are': { outcome: pass },
        'may do': { outcome: pass, detail: expect.stringMatching(/^(\d+) of \1 rights in space e2e-doctor-well/) },
        Tekton: { outcome: pass, detail: expect.stringMatching(/^v\d+\.\d+\.\d+, fields checked strictly$/) as string },
        workspace: {
          outcome: pass,
          detail: expect.stringMatching(/^[\d.]+ .?B of [\d.]+ .?B free, written as uid 1001$/),
        },
        git: {
          outcome: warn,
          detail: `${git.url} answers, credentials missing`,
          fix: expect.stringContaining('Secret'),
        },
        // Another test may hold both of them for a moment.
        'GPU nodes': {
          detail: expect.stringMatching(/^\d of \d+ nodes? can take .*; \d+ of \d+ nvidia\.com\/gpu free$/),
        },
        'GPU in a pod': {
          outcome: warn,
          detail: 'device visible (NVIDIA Stand-in GPU, 535.161.08), CUDA not tried: the image has no libcuda.so.1',
        },
        'one-cell run': { outcome: pass, detail: 'papermill and nbconvert ran' },
      });
      for (const name of ['API server', 'workspace', 'GPU in a pod', 'one-cell run']) {
        expect(found[name]?.durationMs, name).toBeGreaterThan(0);
      }
      await untilClean(at);
      expect((await core.handlers['runs/list']({ context }, AbortSignal.timeout(60_000))).runs).toEqual([]);
    } finally {
      await core.dispose();
    }
  });

  it('as somebody who may not delete runs, with a wrong address of git: says which of its runs stay', async () => {
    const at = await space('less');
    const person = await Person.at(at, `ada-${at.namespace}@example.test`);
    await person.may(without(await shippedRules(), 'delete pipelineruns.tekton.dev'));
    const { small } = profile.instanceTypes ?? {};
    const git = { url: `${at.cluster.services.git}/public/nowhere.git` };
    await person.runOn({ ...profile, git, instanceTypes: { ...(small && { small }) } });
    const ended = await at.slipway(['doctor']);
    const said = ended.stdout.replaceAll(/\s+/g, ' ');
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(1);
    expect(said).toContain(`✓ who you are oidc:ada-${at.namespace}@example.test`);
    expect(said).toContain(`! may do you may not delete pipelineruns.tekton.dev in ${at.namespace}`);
    expect(said).toMatch(
      /! workspace \S+ .B of \S+ .B free, written as uid 1001; its run (doctor-volume-\w+) stays: .*may not delete pipelineruns.* fix: .*slipway delete \1/,
    );
    expect(said).toMatch(/✗ git \S+nowhere\.git does not answer from a pod: .* fix: Check the address/);
    expect(said).toContain('- GPU no instance type of the profile has a GPU');
    expect(said).toMatch(/! one-cell run papermill and nbconvert ran; its run doctor-notebook-\w+ stays/);
    expect(await at.names(['pipelinerun'])).toHaveLength(2);
  });

  it('that is stopped by Ctrl-C has told what it knows, and leaves nothing behind, on a volume that stays neither', async () => {
    const claimName = 'team-data';
    const at = await space('stopped', { volume: { kind: 'claim', claimName } });
    await adminRequest(at.cluster.kubeconfig, 'POST', `/api/v1/namespaces/${at.namespace}/persistentvolumeclaims`, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claimName },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    });
    const started = at.start(['doctor']);
    const folder = await at.until('its first run works', async () => {
      const pod = (await at.names(['pod'])).find((name) => name.includes('doctor-volume-'));
      const [, run] = /(doctor-volume-[0-9a-f]+)/.exec(pod ?? '') ?? [];
      const place = run === undefined ? undefined : await at.folderOf(run, claimName).catch(() => undefined);
      return place !== undefined && existsSync(place) ? place : undefined;
    });
    expect(started.output()).toMatch(/✓ Tekton .* (\d+ ms|\d\.\ds)\n$/);
    started.child.kill('SIGINT');
    const ended = await started.ended;
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(3);
    expect(ended.stdout).not.toContain('workspace');
    await untilClean(at);
    expect(existsSync(folder)).toBe(false);
  });
});
