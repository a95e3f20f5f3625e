import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';
import type { Disposable, PanelHost } from '@slipway/shared/panels';
import type { HostWords } from '../words/index.ts';
import { slipwayIcon } from './icons.ts';
import type { PanelTag } from './panelElements.ts';
import { PanelWidget } from './panelWidget.ts';

/** What a tab shows; enough to show it again after a reload. */
export interface RunTab {
  readonly kind: 'detail' | 'logs';
  readonly context: string;
  readonly run: string;
  readonly title: string;
}

const tags: Readonly<Record<RunTab['kind'], PanelTag>> = { detail: 'slipway-run-detail', logs: 'slipway-log-view' };

/** The tabs of runs in the main area: one of a kind for a run. */
export class RunTabs {
  readonly tracker = new WidgetTracker<MainAreaWidget<PanelWidget>>({ namespace: 'slipway-runs' });
  readonly #shell: JupyterFrontEnd.IShell;
  readonly #host: PanelHost;
  readonly #words: HostWords;
  readonly #hold: () => Disposable;
  readonly #open = new Map<string, MainAreaWidget<PanelWidget>>();
  readonly #tabs = new WeakMap<Widget, RunTab>();

  constructor(shell: JupyterFrontEnd.IShell, host: PanelHost, words: HostWords, hold: () => Disposable) {
    this.#shell = shell;
    this.#host = host;
    this.#words = words;
    this.#hold = hold;
  }

  /** What a widget of the tracker shows. */
  tabOf(widget: Widget): RunTab | undefined {
    return this.#tabs.get(widget);
  }

  nameOf(tab: RunTab): string {
    return `${tab.kind}:${tab.context}/${tab.run}`;
  }

  /** @param step for logs: show this step's alone */
  open(tab: RunTab, step?: string): void {
    const name = this.nameOf(tab);
    const widget = this.#open.get(name) ?? this.#create(name, tab);
    widget.content.display({ context: tab.context, run: tab.run, ...(step === undefined ? {} : { step }) });
    this.#shell.activateById(widget.id);
  }

  #create(name: string, tab: RunTab): MainAreaWidget<PanelWidget> {
    const content = new PanelWidget(tags[tab.kind], this.#host, this.#hold());
    const widget = new MainAreaWidget<PanelWidget>({ content });
    widget.id = `slipway-${name}`;
    widget.title.label = tab.kind === 'logs' ? this.#words.lab.logsOf(tab.title) : tab.title;
    widget.title.caption = `${tab.run} · ${tab.context}`;
    widget.title.icon = slipwayIcon;
    widget.title.closable = true;
    this.#open.set(name, widget);
    this.#tabs.set(widget, tab);
    widget.disposed.connect(() => this.#open.delete(name));
    this.#shell.add(widget, 'main');
    // Saved in the layout; a page that cannot save it shows the tab all the same.
    void this.tracker.add(widget);
    return widget;
  }
}
