import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { terminalStates } from '@slipway/shared/protocol';
import { groupByDay, shortName } from '@slipway/shared/views';
import type { Message } from '@lumino/messaging';
import { type ComponentType, type JSX, Suspense } from 'react';
import type { Disposable } from '@slipway/shared/panels';
import { runIcon, slipwayIcon } from './icons.ts';
import { RunRow } from './runRow.tsx';
import type { SidePanelModel } from './sidePanelModel.ts';
import { useNow } from './useNow.ts';

/** Two lines of the panel as wide as it is at first; the whole name is told where the mouse rests. */
const longestName = 48;

interface ModelProps {
  readonly model: SidePanelModel;
}

interface ShownProps {
  /** Whether somebody sees the panel. */
  readonly isShown: boolean;
}

/** Contexts, DevEnvs and runs, on the right. While it is visible it holds the connection. */
export class SidePanel extends ReactWidget {
  readonly #model: SidePanelModel;
  readonly #contexts: ComponentType<ModelProps>;
  readonly #devEnvs: ComponentType<ShownProps>;
  readonly #hold: () => Disposable;
  #held: Disposable | undefined;

  /** @param contexts shows where to run and as whom */
  constructor(
    model: SidePanelModel,
    contexts: ComponentType<ModelProps>,
    devEnvs: ComponentType<ShownProps>,
    hold: () => Disposable,
  ) {
    super();
    this.#model = model;
    this.#contexts = contexts;
    this.#devEnvs = devEnvs;
    this.#hold = hold;
    this.id = 'slipway-side-panel';
    this.title.icon = slipwayIcon;
    this.title.caption = model.words.shared.product;
    this.addClass('slipway-side-panel');
  }

  render(): JSX.Element {
    return (
      <UseSignal signal={this.#model.changed}>
        {() => (
          <Contents
            model={this.#model}
            contexts={this.#contexts}
            devEnvs={this.#devEnvs}
            isShown={this.#held !== undefined}
          />
        )}
      </UseSignal>
    );
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.#held ??= this.#hold();
    this.update();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.#release();
  }

  override dispose(): void {
    this.#release();
    super.dispose();
  }

  #release(): void {
    this.#held?.dispose();
    this.#held = undefined;
  }
}

interface ContentsProps extends ModelProps, ShownProps {
  readonly contexts: ComponentType<ModelProps>;
  readonly devEnvs: ComponentType<ShownProps>;
}

function Contents({ model, contexts: ContextsSection, devEnvs: DevEnvs, isShown }: ContentsProps): JSX.Element {
  const { words, actions, state } = model;
  return (
    <>
      <section className="slipway-run-section">
        <button
          type="button"
          className="jp-mod-styled jp-mod-accept slipway-run-button"
          disabled={state.notebook === undefined}
          onClick={() => actions.runNotebook()}
        >
          <runIcon.react tag="span" />
          {words.shared.runOnCluster}
        </button>
        <p className="slipway-muted" title={state.notebook}>
          {state.notebook === undefined
            ? words.lab.noNotebook
            : words.lab.runsIn(shortName(state.notebook, longestName), state.chosenContext)}
        </p>
      </section>
      {state.failure !== undefined && <Failure model={model} />}
      <h2 className="slipway-heading">{words.lab.contexts}</h2>
      <Suspense>
        <ContextsSection model={model} />
      </Suspense>
      <DevEnvs isShown={isShown} />
      <h2 className="slipway-heading">{words.lab.runs}</h2>
      <Runs model={model} />
    </>
  );
}

function Failure({ model }: { readonly model: SidePanelModel }): JSX.Element {
  const { failure } = model.state;
  return (
    <section className="slipway-failure" role="alert">
      <p>{failure?.message}</p>
      {failure?.action !== undefined && <p className="slipway-muted">{failure.action}</p>}
      <button type="button" className="jp-mod-styled" onClick={() => model.actions.connect()}>
        {model.words.lab.retryConnection}
      </button>
    </section>
  );
}

function Runs({ model }: { readonly model: SidePanelModel }): JSX.Element | null {
  const { words, actions, state } = model;
  const goesOn = state.runs.some((run) => !terminalStates.has(run.state));
  // Of ended runs "3 min ago" changes, and the day.
  const now = useNow(model.now, goesOn ? 1_000 : 30_000);
  if (state.runs.length === 0) {
    // Nobody knows, and above it says why.
    if (!state.loaded && state.failure !== undefined) return null;
    return <p className="slipway-muted slipway-empty">{state.loaded ? words.lab.noRuns : words.lab.connecting}</p>;
  }
  return (
    <div className="slipway-runs">
      {groupByDay(state.runs, words.shared, { now, locale: words.locale }).map((group) => (
        <section key={group.day} aria-label={group.label}>
          <h3 className="slipway-muted slipway-day">{group.label}</h3>
          <ul className="slipway-list">
            {group.runs.map((run) => (
              <RunRow
                key={`${run.context}/${run.name}`}
                run={run}
                words={words}
                actions={actions}
                now={now}
                staleSince={state.staleSince(run.context)}
              />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
