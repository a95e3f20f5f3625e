import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import {
  openCluster,
  resources,
  systemClock,
  unlessMissing,
  type KubernetesApi,
} from '../../../../kubernetes/index.ts';
import { labels, managedSelector, type RunVolume } from '../../../../pipeline/index.ts';
import { SlipwayError, type TeamProfile } from '../../../../protocol/index.ts';
import { readScriptFiles } from '../../scriptFiles.ts';
import { objectSchema, pipelineRunSchema, type Metadata, type PipelineRun } from '../clusterObjects.ts';
import { SpaceObjects } from '../spaceObjects.ts';
import { createSubmitter, type Submitter } from '../submitter.ts';
import type { RunFolderReader, SubmitterOptions } from '../submitterOptions.ts';

const settingsSchema = z.object({ kubeconfig: z.string() });
const boundClaim = z.object({ spec: z.object({ volumeName: z.string() }) });
const localVolume = z.object({ spec: z.object({ local: z.object({ path: z.string() }) }) });
const stepsDir = join(import.meta.dirname, '../../../../pipeline/steps');

/** Small, so that many fit on two CPUs. */
export const smallProfile: TeamProfile = {
  image: 'testbed.local/runner:1',
  instanceTypes: { small: { cpu: '10m', memory: '128Mi' } },
  defaultInstanceType: 'small',
  securityContext: { runAsUser: 1001, runAsGroup: 1001, fsGroup: 1001 },
  volume: { kind: 'perRun', size: '64Mi', storageClassName: 'local' },
};

/** No node has this label: a run of this profile waits, and costs nothing. */
export const waitingProfile: TeamProfile = { ...smallProfile, nodeSelector: { 'slipway.test/nowhere': 'true' } };

/** There is no folder to read. */
const noFiles: RunFolderReader = {
  openFile: () => Promise.reject(new SlipwayError('artifact.notFound', 'There is no such file.')),
  inputs: () => Promise.reject(new SlipwayError('run.notFound', 'There is no such run.')),
};

/** A namespace of its own on the test cluster; `dispose` removes it. */
export class TestSpace {
  readonly api: KubernetesApi;
  readonly objects: SpaceObjects;
  readonly scripts: SubmitterOptions['scripts'];

  private constructor(api: KubernetesApi, scripts: SubmitterOptions['scripts']) {
    this.api = api;
    this.objects = new SpaceObjects(api);
    this.scripts = scripts;
  }

  /** @param part names the namespace, for whoever looks at the cluster */
  static async open(signal: AbortSignal, part = 'submit'): Promise<TestSpace> {
    const file = process.env.SLIPWAY_TEST_CLUSTER;
    if (file === undefined) throw new Error('SLIPWAY_TEST_CLUSTER names no file: start the tests with npm run cluster');
    const { kubeconfig } = settingsSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    const namespace = `${part}-${randomBytes(3).toString('hex')}`;
    const api = await openCluster({
      context: 'test-cluster',
      kubeconfig,
      namespace,
      env: process.env,
      homedir: tmpdir(),
      signal,
    });
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
    await api.create({ type: resources.namespaces }, body, {}, objectSchema, signal);
    const space = new TestSpace(api, await readScriptFiles(stepsDir));
    // A busy cluster makes it late, and runs that come before have failed for good.
    const account = { type: resources.serviceAccounts, namespace, name: 'default' };
    await space.until(() => unlessMissing(() => api.get(account, objectSchema, signal)), signal);
    return space;
  }

  async dispose(signal: AbortSignal): Promise<void> {
    await this.api.delete({ type: resources.namespaces, name: this.objects.namespace }, {}, signal);
    this.api.dispose();
  }

  submitter(given: Partial<SubmitterOptions> = {}): Submitter {
    return createSubmitter({
      api: this.api,
      profile: waitingProfile,
      scripts: this.scripts,
      user: 'tester',
      trigger: 'cli',
      clock: systemClock,
      randomHex: (bytes) => randomBytes(bytes).toString('hex'),
      files: noFiles,
      ...given,
    });
  }

  /** Everything that carries the run's label, `Kind/name`, without what Tekton makes of the run. */
  async remainsOf(run: string, signal: AbortSignal): Promise<readonly string[]> {
    const selector = `${managedSelector},${labels.run}=${run}`;
    const kinds = [resources.pipelineRuns, resources.configMaps, resources.persistentVolumeClaims, resources.pods];
    const lists = await Promise.all(
      kinds.map(async (type) => {
        const all = await this.objects.metadata(type, selector, signal);
        return all
          .filter(({ labels: own }) => own['tekton.dev/taskRun'] === undefined)
          .map(({ name }) => `${type.kind}/${name}`);
      }),
    );
    return lists.flat();
  }

  /** Waits for what the cluster does by itself. */
  async until<T>(what: () => Promise<T | undefined | false>, signal: AbortSignal): Promise<T> {
    for (let tries = 0; tries < 600; tries += 1) {
      const found = await what();
      if (found !== undefined && found !== false) return found;
      await systemClock.sleep(500, signal);
    }
    throw new Error('it did not come to that within five minutes');
  }

  async untilNothingIsLeft(run: string, signal: AbortSignal): Promise<void> {
    let last: readonly string[] = [];
    const gone = async () => {
      last = await this.remainsOf(run, signal);
      return last.length === 0;
    };
    await this.until(gone, signal).catch((error: unknown) => {
      throw new Error(`these were left behind: ${last.join(', ')}`, { cause: error });
    });
  }

  /** A claim that is there before the runs, as a team has one; its name. */
  async makeClaim(name: string, signal: AbortSignal): Promise<TeamProfile['volume']> {
    const body = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'local', resources: { requests: { storage: '1Gi' } } },
    };
    await this.objects.create(resources.persistentVolumeClaims, body, signal);
    return { kind: 'claim', claimName: name, subPath: 'team/one' };
  }

  /** Every path below `runs` of a volume, sorted, as they lie on this machine, which is the node: a pod that looks costs seconds. */
  async listVolume({ claimName, subPath }: RunVolume, signal: AbortSignal): Promise<readonly string[]> {
    const claim = await this.api.get(
      this.objects.path(resources.persistentVolumeClaims, claimName),
      boundClaim,
      signal,
    );
    const path = { type: resources.persistentVolumes, name: claim.spec.volumeName };
    const { spec } = await this.api.get(path, localVolume, signal);
    const folder = join(spec.local.path, subPath ?? '', 'runs');
    const look = () =>
      readdir(folder, { recursive: true }).catch((error: unknown) => {
        // A folder that goes meanwhile is no longer there at the next look.
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      });
    return (await this.until(look, signal)).sort();
  }

  run(name: string, signal: AbortSignal): Promise<PipelineRun | undefined> {
    return this.objects.find(resources.pipelineRuns, name, pipelineRunSchema, signal);
  }

  async metadata(kind: 'inputs' | 'data', run: string, signal: AbortSignal): Promise<Metadata | undefined> {
    const type = kind === 'inputs' ? resources.configMaps : resources.persistentVolumeClaims;
    return (await this.objects.find(type, `${run}-${kind}`, objectSchema, signal))?.metadata;
  }

  /** Waits until Tekton is through with it. */
  untilEnded(name: string, signal: AbortSignal): Promise<PipelineRun> {
    return this.until(async () => {
      const run = await this.run(name, signal);
      return run?.status?.completionTime === undefined ? undefined : run;
    }, signal);
  }
}
