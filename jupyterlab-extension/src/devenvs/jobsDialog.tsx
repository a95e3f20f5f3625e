import { Dialog, showDialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { DevEnv, DevEnvJob } from '@slipway/shared/protocol';
import { devEnvJobView, shownText } from '@slipway/shared/views';
import { type JSX, useCallback, useEffect, useState } from 'react';
import { StateIcon } from '../surfaces/stateIcon.tsx';
import { troubleIn } from '../words/index.ts';
import { named } from './devEnvActions.ts';
import type { RoomState } from './roomState.ts';

const everyMs = 3_000;
/** The end of a log that is shown, in bytes. */
const shownBytes = 64 * 1024;

/** The commands that go on in a DevEnv without anybody connected, or have ended. */
export async function showJobs(state: RoomState, devEnv: DevEnv): Promise<void> {
  const { own } = state.words;
  await showDialog({
    title: own.jobs.heading(shownText(devEnv.name)),
    body: ReactWidget.create(<Jobs state={state} devEnv={devEnv} />),
    buttons: [Dialog.okButton({ label: own.close })],
  });
}

interface JobsProps {
  readonly state: RoomState;
  readonly devEnv: DevEnv;
}

function Jobs({ state, devEnv }: JobsProps): JSX.Element {
  const { page, words } = state;
  const [jobs, setJobs] = useState<readonly DevEnvJob[]>();
  const [trouble, setTrouble] = useState<string>();
  const [open, setOpen] = useState<DevEnvJob>();
  const failed = useCallback((error: unknown) => setTrouble(troubleIn(error, words.host).message), [words]);
  useEffect(() => {
    const leaving = new AbortController();
    const read = (): void =>
      void page.core.request('devenvs/jobs', named(devEnv), leaving.signal).then(
        (result) => setJobs(result.jobs),
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
  const stop = (job: DevEnvJob): void => {
    const { signal } = new AbortController();
    page.core.request('devenvs/stopJob', { ...named(devEnv), id: job.id }, signal).then((stopped) => {
      setJobs((known) => known?.map((each) => (each.id === stopped.id ? stopped : each)));
    }, failed);
  };
  const { jobs: say, askingCluster } = words.own;
  if (open !== undefined) return <Log state={state} devEnv={devEnv} job={open} onBack={() => setOpen(undefined)} />;
  return (
    <div className="slipway-devenv-dialog">
      {trouble !== undefined && (
        <p role="alert" className="slipway-account-trouble">
          {trouble}
        </p>
      )}
      {jobs === undefined && trouble === undefined && <p role="status">{askingCluster}</p>}
      {jobs?.length === 0 && (
        <>
          <p>{say.none}</p>
          <p className="slipway-muted">{say.start}</p>
        </>
      )}
      <ul className="slipway-list slipway-devenv-jobs">
        {jobs?.map((job) => (
          <Job key={job.id} state={state} job={job} onLog={() => setOpen(job)} onStop={() => stop(job)} />
        ))}
      </ul>
    </div>
  );
}

interface JobProps {
  readonly state: RoomState;
  readonly job: DevEnvJob;
  readonly onLog: () => void;
  readonly onStop: () => void;
}

function Job({ state, job, onLog, onStop }: JobProps): JSX.Element {
  const { own, shared } = state.words;
  const view = devEnvJobView(job, shared, state.page.now());
  const title = shownText(job.title);
  return (
    <li data-job={job.id}>
      <StateIcon state={view.state} />
      <div>
        <p>{title}</p>
        <p className="slipway-muted">{view.row}</p>
      </div>
      <button type="button" className="slipway-link" aria-label={`${own.jobs.log}: ${title}`} onClick={onLog}>
        {own.jobs.log}
      </button>
      {view.active && (
        <button type="button" className="slipway-link" aria-label={`${own.jobs.stop}: ${title}`} onClick={onStop}>
          {own.jobs.stop}
        </button>
      )}
    </li>
  );
}

interface LogProps extends JobsProps {
  readonly job: DevEnvJob;
  readonly onBack: () => void;
}

/** The end of what a command printed. */
function Log({ state, devEnv, job, onBack }: LogProps): JSX.Element {
  const { page, words } = state;
  const [text, setText] = useState('');
  const from = Math.max(0, job.logBytes - shownBytes);
  useEffect(() => {
    const leaving = new AbortController();
    void follow(state, devEnv, job.id, from, leaving.signal, (piece) => setText((known) => known + piece)).catch(
      (error: unknown) => {
        if (!leaving.signal.aborted) page.notices.failed(error);
      },
    );
    return () => leaving.abort();
  }, [state, page, devEnv, job.id, from]);
  const { jobs: say } = words.own;
  return (
    <div className="slipway-devenv-dialog">
      <button type="button" className="slipway-link" onClick={onBack}>
        {say.back}
      </button>
      {from > 0 && <p className="slipway-muted">{say.cut}</p>}
      <pre className="slipway-devenv-log" tabIndex={0} role="log" aria-label={shownText(job.title)}>
        {text}
      </pre>
    </div>
  );
}

async function follow(
  { page }: RoomState,
  devEnv: DevEnv,
  id: string,
  from: number,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let offset = from;
  for (;;) {
    const params = { ...named(devEnv), id, offset, waitMs: 20_000 };
    const { data, job } = await page.core.request('devenvs/jobLog', params, signal);
    const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
    if (bytes.length > 0) onText(decoder.decode(bytes, { stream: true }));
    if (job.state !== 'running' && bytes.length === 0) return;
    offset += bytes.length;
  }
}
