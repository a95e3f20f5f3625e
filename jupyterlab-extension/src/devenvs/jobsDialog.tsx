import { Dialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { DevEnv, DevEnvJob } from '@slipway/shared/protocol';
import { devEnvJobView, shownText } from '@slipway/shared/views';
import { type JSX, useCallback, useEffect, useState } from 'react';
import type { Trouble } from '../account/account.ts';
import { TroubleNote } from '../contexts/troubleNote.tsx';
import { StateIcon } from '../surfaces/stateIcon.tsx';
import { troubleIn } from '../words/index.ts';
import { Asked } from './asked.tsx';
import { named } from './devEnvActions.ts';
import { DialogBody } from './dialogBody.tsx';
import type { RoomState } from './roomState.ts';
import { useAsking } from './useAsking.ts';

const everyMs = 3_000;

/** What somebody wants who has seen the commands of a DevEnv. */
export type JobsAnswer = { readonly kind: 'run' } | { readonly kind: 'log'; readonly job: DevEnvJob };

/** The commands that go on in a DevEnv without anybody connected, or have ended. @returns undefined where it was closed */
export async function showJobs(state: RoomState, devEnv: DevEnv): Promise<JobsAnswer | undefined> {
  const { own, shared } = state.words;
  let chosen: DevEnvJob | undefined;
  const onLog = (job: DevEnvJob): void => {
    chosen = job;
    dialog.reject();
  };
  const dialog = new Dialog({
    title: own.jobs.heading(shownText(devEnv.name)),
    body: ReactWidget.create(<Jobs state={state} devEnv={devEnv} onLog={onLog} />),
    buttons: [Dialog.cancelButton({ label: own.close }), Dialog.okButton({ label: shared.devEnv.actions.runCommand })],
  });
  const { button } = await dialog.launch();
  if (chosen !== undefined) return { kind: 'log', job: chosen };
  return button.accept ? { kind: 'run' } : undefined;
}

interface JobsProps {
  readonly state: RoomState;
  readonly devEnv: DevEnv;
  readonly onLog: (job: DevEnvJob) => void;
}

function Jobs({ state, devEnv, onLog }: JobsProps): JSX.Element {
  const { page, words } = state;
  const [jobs, setJobs] = useState<readonly DevEnvJob[]>();
  const [trouble, setTrouble] = useState<Trouble>();
  const failed = useCallback((error: unknown) => setTrouble(troubleIn(error, words.host)), [words]);
  useEffect(() => {
    const leaving = new AbortController();
    const read = (): void =>
      void page.core.request('devenvs/jobs', named(devEnv), leaving.signal).then(
        (result) => {
          setTrouble(undefined);
          setJobs(result.jobs);
        },
        (error: unknown) => {
          if (!leaving.signal.aborted) failed(error);
        },
      );
    read();
    const timer = setInterval(read, everyMs);
    return () => {
      clearInterval(timer);
      leaving.abort();
    };
  }, [page, devEnv, failed]);
  const stop = async (job: DevEnvJob): Promise<void> => {
    const { signal } = new AbortController();
    try {
      const stopped = await page.core.request('devenvs/stopJob', { ...named(devEnv), id: job.id }, signal);
      setJobs((known) => known?.map((each) => (each.id === stopped.id ? stopped : each)));
    } catch (error) {
      failed(error);
    }
  };
  const { jobs: say, askingCluster } = words.own;
  const newestFirst = jobs?.toSorted((one, other) => other.startedAt - one.startedAt);
  return (
    <DialogBody>
      {trouble !== undefined && <TroubleNote trouble={trouble} />}
      {jobs === undefined && trouble === undefined && <p role="status">{askingCluster}</p>}
      {jobs?.length === 0 && trouble === undefined && <p>{say.none}</p>}
      <ul className="slipway-list slipway-devenv-rows">
        {newestFirst?.map((job) => (
          <Job key={job.id} state={state} job={job} onLog={() => onLog(job)} onStop={() => stop(job)} />
        ))}
      </ul>
      {jobs !== undefined && <p className="slipway-muted">{say.hint}</p>}
    </DialogBody>
  );
}

interface JobProps {
  readonly state: RoomState;
  readonly job: DevEnvJob;
  readonly onLog: () => void;
  readonly onStop: () => Promise<void>;
}

function Job({ state, job, onLog, onStop }: JobProps): JSX.Element {
  const { own, shared } = state.words;
  const { step, opener, ask, answer } = useAsking(onStop);
  const view = devEnvJobView(job, shared, state.page.now());
  const title = shownText(job.title);
  return (
    <li data-job={job.id} data-state={job.state}>
      <StateIcon state={view.state} />
      <div>
        <p className="slipway-devenv-what slipway-devenv-mono">
          <span title={title}>{title}</span>
        </p>
        <p className="slipway-muted" title={new Date(job.startedAt).toLocaleString(state.words.host.locale)}>
          {view.row}
        </p>
        {step === 'asked' && view.active && (
          <Asked question={own.jobs.confirmStop} keep={own.jobs.keep} goOn={own.jobs.stop} onAnswer={answer} />
        )}
      </div>
      <button type="button" className="slipway-link" aria-label={`${own.jobs.log} ${title}`} onClick={onLog}>
        {own.jobs.log}
      </button>
      {view.active && step !== 'asked' && (
        <button
          ref={opener}
          type="button"
          className="slipway-link"
          aria-label={`${own.jobs.askStop} ${title}`}
          disabled={step === 'going'}
          onClick={ask}
        >
          {own.jobs.askStop}
        </button>
      )}
    </li>
  );
}
