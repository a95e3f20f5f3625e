import type { DevEnvJob } from '@slipway/shared/protocol';
import { devEnvJobView, shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { withoutIcons } from '../surfaces/plainText.ts';
import { chooseDevEnv, type ChooseOptions, isUp } from './chooseDevEnv.ts';
import type { DevEnvJobs } from './devEnvJobs.ts';
import type { JobReference } from './devEnvReference.ts';

export interface ChooseJobOptions extends ChooseOptions {
  readonly jobs: Pick<DevEnvJobs, 'read'>;
}

/** A command that is chosen among those of a DevEnv that runs: one that is stopped cannot be asked for them. */
export async function chooseJob(
  suits: (job: DevEnvJob) => boolean,
  options: ChooseJobOptions,
): Promise<JobReference | undefined> {
  const reference = await chooseDevEnv(isUp, options);
  if (reference === undefined) return undefined;
  const { jobs, words, notices } = options;
  const suitable = (await jobs.read(reference)).filter(suits);
  if (suitable.length === 0) {
    notices.info(words.host.devEnv.noJob(shownText(reference.devEnv)));
    return undefined;
  }
  const items = suitable.map((job) => ({
    label: withoutIcons(shownText(job.title)),
    description: withoutIcons(devEnvJobView(job, words.shared, Date.now()).row),
    job: job.id,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: words.host.devEnv.chooseJob(shownText(reference.devEnv)),
    matchOnDescription: true,
  });
  return chosen === undefined ? undefined : { ...reference, job: chosen.job };
}
