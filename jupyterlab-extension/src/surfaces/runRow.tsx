import type { Run } from '@slipway/shared/protocol';
import { relativeTime, runView } from '@slipway/shared/views';
import type { JSX } from 'react';
import type { HostWords } from '../words/index.ts';
import { againIcon, logsIcon, moreIcon, stopIcon } from './icons.ts';
import { RowAction } from './rowAction.tsx';
import { openRunMenu } from './runMenu.ts';
import type { SidePanelActions } from './sidePanelModel.ts';
import { StateIcon } from './stateIcon.tsx';

interface RunRowProps {
  readonly run: Run;
  readonly words: HostWords;
  readonly actions: SidePanelActions;
  readonly now: number;
  /** Epoch ms as of which it is shown, where its context is out of reach. */
  readonly staleSince: number | undefined;
}

/** One run: name, state with the one number that matters, what can be done with it. */
export function RunRow({ run, words, actions, now, staleSince }: RunRowProps): JSX.Element {
  const view = runView(run, words.shared, now, staleSince);
  const { cells } = run;
  // State first: the end is what gets cut. While cells run, which one says more than the step's name.
  const detail = cells?.current === undefined ? view.detail : words.shared.cell(cells.current.number, cells.total);
  const where = run.context === 'local' ? '' : run.context;
  const facts = [view.word, detail, view.elapsed, where].filter((fact) => fact !== '').join(' · ');
  const isAway = staleSince !== undefined;
  return (
    <li
      className="slipway-row"
      data-run={run.name}
      data-context={run.context}
      data-state={view.state}
      data-stale={view.stale}
    >
      <button type="button" className="slipway-row-open" onClick={() => actions.openRun(run)} title={run.name}>
        <StateIcon state={view.state} stale={view.stale} />
        <span className="slipway-row-text">
          <span className="slipway-row-title">
            <span className="slipway-name">{run.title}</span>
            <span className="slipway-muted slipway-when">
              {view.active ? '' : relativeTime(run.finishedAt ?? run.createdAt, now, words.shared, words.locale)}
            </span>
          </span>
          <span className="slipway-muted slipway-facts">{facts}</span>
          {view.state === 'running' && cells !== undefined && cells.total > 0 && (
            <progress className="slipway-progress" value={cells.finished} max={cells.total} aria-hidden="true" />
          )}
        </span>
      </button>
      <span className="slipway-row-actions">
        <RowAction icon={logsIcon} label={words.lab.openLogs} onClick={() => actions.openLogs(run)} />
        {view.active ? (
          <RowAction
            icon={stopIcon}
            label={words.lab.cancelRun}
            disabled={isAway}
            onClick={() => actions.cancel(run)}
          />
        ) : (
          run.foreign !== true && (
            <RowAction
              icon={againIcon}
              label={view.state === 'failed' ? words.lab.retry : words.lab.rerun}
              disabled={isAway}
              onClick={() => (view.state === 'failed' ? actions.retry(run) : actions.rerun(run))}
            />
          )
        )}
        <RowAction icon={moreIcon} label={words.lab.more} onClick={(event) => openRunMenu(event.currentTarget)} />
      </span>
    </li>
  );
}
