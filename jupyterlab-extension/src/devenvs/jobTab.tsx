import { MainAreaWidget } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { DevEnv, DevEnvJob } from '@slipway/shared/protocol';
import { devEnvJobView, shortName, shownText } from '@slipway/shared/views';
import { type JSX, useEffect, useRef, useState } from 'react';
import type { Trouble } from '../account/account.ts';
import { TroubleNote } from '../contexts/troubleNote.tsx';
import { logsIcon } from '../surfaces/icons.ts';
import { StateIcon } from '../surfaces/stateIcon.tsx';
import { useNow } from '../surfaces/useNow.ts';
import { troubleIn } from '../words/index.ts';
import { JobFollower } from './followJob.ts';
import { JobText } from './jobText.ts';
import type { RoomState } from './roomState.ts';

/** Of a log that is long already, the end that is shown, in bytes. */
const shownBytes = 256 * 1024;
const longestLabel = 24;
const everyMs = 1_000;

interface JobTabProps {
  readonly state: RoomState;
  readonly devEnv: DevEnv;
  /** As it was when the tab was opened. */
  readonly job: DevEnvJob;
  readonly onStop: () => Promise<DevEnvJob | undefined>;
}

/** A tab that follows a command to its end. Closing it leaves the command alone. */
export function createJobTab(props: JobTabProps): MainAreaWidget {
  const { devEnv, job } = props;
  const content = ReactWidget.create(<JobView {...props} />);
  content.addClass('slipway-devenv-job');
  const widget = new MainAreaWidget({ content });
  widget.toolbar.hide();
  const title = shownText(job.title);
  widget.title.label = shortName(title, longestLabel);
  widget.title.caption = `${title}\n${shownText(devEnv.name)} · ${shownText(devEnv.context)}`;
  widget.title.icon = logsIcon;
  widget.title.closable = true;
  // While it follows, the page keeps its connection.
  const held = props.state.page.core.hold();
  widget.disposed.connect(() => held.dispose());
  return widget;
}

function JobView({ state, devEnv, job: first, onStop }: JobTabProps): JSX.Element {
  const { page, words } = state;
  const { jobs: say } = words.own;
  const log = useRef<HTMLPreElement>(null);
  const [job, setJob] = useState(first);
  const [trouble, setTrouble] = useState<Trouble>();
  const [begins, setBegins] = useState(0);
  const from = Math.max(0, first.logBytes - shownBytes);
  const [follower] = useState(() => new JobFollower(page.core, devEnv, first.id, from));
  const text = useRef<JobText | null>(null);
  useEffect(() => {
    if (log.current === null) return undefined;
    text.current ??= new JobText(log.current);
    const shown = text.current;
    const leaving = new AbortController();
    const onPiece = (piece: string, now: DevEnvJob): void => {
      shown.add(piece);
      setJob(now);
    };
    page.gate
      .run(devEnv.context, () => follower.follow(leaving.signal, onPiece))
      .catch((error: unknown) => {
        if (!leaving.signal.aborted) setTrouble(troubleIn(error, words.host));
      });
    return () => leaving.abort();
  }, [page, words, devEnv, follower, begins]);
  const tryAgain = (): void => {
    setTrouble(undefined);
    setBegins((count) => count + 1);
  };
  const stop = (): void => void onStop().then((stopped) => stopped !== undefined && setJob(stopped));
  return (
    <>
      <JobHeader state={state} devEnv={devEnv} job={job} onStop={stop} />
      {trouble !== undefined && (
        <div className="slipway-devenv-note">
          <TroubleNote trouble={trouble} />
          <button type="button" className="jp-mod-styled" onClick={tryAgain}>
            {words.shared.devEnv.actions.tryAgain}
          </button>
        </div>
      )}
      {from > 0 && <p className="slipway-muted slipway-devenv-cut">{say.cut}</p>}
      <pre
        ref={log}
        className="slipway-devenv-log"
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={shownText(job.title)}
      />
    </>
  );
}

interface JobHeaderProps extends Pick<JobTabProps, 'state' | 'devEnv' | 'job'> {
  readonly onStop: () => void;
}

function JobHeader({ state, devEnv, job, onStop }: JobHeaderProps): JSX.Element {
  const { shared, own } = state.words;
  const now = useNow(state.page.now, everyMs);
  const view = devEnvJobView(job, shared, now);
  const title = shownText(job.title);
  return (
    <header className="slipway-devenv-job-head" data-state={job.state}>
      <StateIcon state={view.state} />
      <div>
        <h2 className="slipway-devenv-mono" title={title}>
          {title}
        </h2>
        <p className="slipway-muted">
          {[view.row, shownText(devEnv.name), ...(view.active ? [own.jobs.leave] : [])].join(' · ')}
        </p>
        <span className="slipway-heard" role="status">
          {view.word}
        </span>
      </div>
      {view.active && (
        <button type="button" className="jp-mod-styled" onClick={onStop}>
          {own.jobs.askStop}
        </button>
      )}
    </header>
  );
}
