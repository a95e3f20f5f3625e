import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { openCluster, type Clock, type KubernetesApi } from '../../kubernetes/index.ts';
import { cacheFolder } from './cacheFolder.ts';
import { createRunFiles, type RunFiles } from './follow/index.ts';
import type { TektonTargetOptions } from './options.ts';
import { readScriptFiles } from './scriptFiles.ts';
import { RunHistory } from './space/runHistory.ts';
import { placeOf } from './space/runLocation.ts';
import { RunReports } from './space/runProgress.ts';
import { SpaceWatch } from './space/spaceWatch.ts';
import { createSubmitter, type Submitter } from './submit/index.ts';

/** What is there once the cluster's access is settled. */
export interface Parts {
  readonly api: KubernetesApi;
  readonly space: SpaceWatch;
  readonly files: RunFiles;
  readonly reports: RunReports;
  readonly submitter: Submitter;
}

/**
 * Puts together what a space of a cluster is worked with. Nothing is sent yet.
 * @throws SlipwayError `kubeconfig.invalid`, `context.invalid`, `credentials.failed`, `cancelled`
 */
export async function connectSpace(options: TektonTargetOptions, clock: Clock, signal: AbortSignal): Promise<Parts> {
  const { entry, signIn, configDir, dataDir, stepsDir, env, randomHex, onNote, onError } = options;
  const { cluster, kubeconfig, kubeconfigContext, namespace, profile } = entry;
  const [api, scripts] = await Promise.all([
    openCluster({
      context: entry.name,
      cluster,
      configDir,
      signIn,
      kubeconfig: kubeconfig === undefined || isAbsolute(kubeconfig) ? kubeconfig : join(configDir, kubeconfig),
      kubeconfigContext,
      namespace,
      env,
      homedir: homedir(),
      signal,
      clock,
      warn: onNote,
    }),
    readScriptFiles(stepsDir),
  ]);
  const cacheDir = cacheFolder(dataDir, api.cluster);
  // The watch of the space and the reading of files know each other: one tells where, the other how far.
  const locator = {
    locate: async (run: string, signal: AbortSignal) => {
      const { facts, final } = await space.place(run, signal);
      return placeOf(facts, final);
    },
  };
  const random = () => Number.parseInt(randomHex(4), 16) / 2 ** 32;
  const files = createRunFiles({
    api,
    profile,
    scripts,
    cacheDir: join(cacheDir, 'runs'),
    locator,
    clock,
    random,
    onNote: (run, note) => onNote(`${run}: ${note}`),
    onError,
  });
  const reports = new RunReports(files);
  const history = new RunHistory(join(cacheDir, 'history'));
  const space = new SpaceWatch({
    api,
    context: entry.name,
    clock,
    random,
    progress: reports,
    history,
    onManyRuns: options.onManyRuns ?? (() => undefined),
    onError,
  });
  const submitter = createSubmitter({
    api,
    profile,
    scripts,
    get user() {
      return api.cluster.user;
    },
    trigger: options.trigger ?? 'cli',
    clock,
    randomHex,
    files,
  });
  files.onGrowth((run) => space.logGrew(run));
  return { api, space, files, reports, submitter };
}
