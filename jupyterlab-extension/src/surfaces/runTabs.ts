import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';
import type { HostWords } from '../words/index.ts';
import { addToShell } from './addToShell.ts';
import { slipwayIcon } from './icons.ts';
import type { PanelProperties, PanelTag, PanelWidget } from './panelWidget.ts';

/** What a tab shows; enough to show it again after a reload. */
export interface RunTab {
  readonly kind: 'detail' | 'logs';
  readonly context: string;
  readonly run: string;
  readonly title: string;
}

const tags: Readonly<Record<RunTab['kind'], PanelTag>> = { detail: 'slipway-run-detail', logs: 'slipway-log-view' };

/** The tabs of runs in the main area: one of a kind for a run, and one form. */
export class RunTabs {
  readonly tracker = new WidgetTracker<MainAreaWidget<PanelWidget>>({ namespace: 'slipway-runs' });
  readonly #shell: JupyterFrontEnd.IShell;
  readonly #words: HostWords;
  readonly #makePanel: (tag: PanelTag) => PanelWidget;
  readonly #open = new Map<string, MainAreaWidget<PanelWidget>>();
  readonly #tabs = new WeakMap<Widget, RunTab>();

  constructor(shell: JupyterFrontEnd.IShell, words: HostWords, makePanel: (tag: PanelTag) => PanelWidget) {
    this.#shell = shell;
    this.#words = words;
    this.#makePanel = makePanel;
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
    const label = tab.kind === 'logs' ? this.#words.lab.logsOf(tab.title) : tab.title;
    const caption = `${tab.run} · ${tab.context}`;
    const known = this.#open.get(name);
    const widget = known ?? this.#create(name, tags[tab.kind], label, caption);
    widget.content.display({ context: tab.context, run: tab.run, ...(step === undefined ? {} : { step }) });
    this.#shell.activateById(widget.id);
    if (known !== undefined) return;
    this.#tabs.set(widget, tab);
    // Saved in the layout; a page that cannot save it shows the tab all the same.
    void this.tracker.add(widget);
  }

  /** Shows the form, filled anew. */
  openForm(title: string, properties: PanelProperties): void {
    this.closeForm();
    const widget = this.#create('form', 'slipway-run-form', this.#words.lab.form(title), title);
    widget.content.display(properties);
    this.#shell.activateById(widget.id);
  }

  closeForm(): void {
    this.#open.get('form')?.dispose();
  }

  #create(name: string, tag: PanelTag, label: string, caption: string): MainAreaWidget<PanelWidget> {
    const widget = new MainAreaWidget<PanelWidget>({ content: this.#makePanel(tag) });
    widget.toolbar.hide();
    widget.id = `slipway-${name}`;
    widget.title.label = label;
    widget.title.caption = caption;
    widget.title.icon = slipwayIcon;
    widget.title.closable = true;
    // The panel knows what its tab is called once it has read the run.
    const rename = (event: Event): void => {
      const title = titleOf(event);
      if (title !== undefined) widget.title.label = tag === 'slipway-log-view' ? this.#words.lab.logsOf(title) : title;
    };
    // On its way down, because it does not bubble.
    widget.content.node.addEventListener('slipway-title', rename, { capture: true });
    this.#open.set(name, widget);
    widget.disposed.connect(() => this.#open.delete(name));
    addToShell(this.#shell, widget);
    return widget;
  }
}

function titleOf(event: Event): string | undefined {
  if (!(event instanceof CustomEvent)) return undefined;
  const detail: unknown = event.detail;
  return typeof detail === 'object' && detail !== null && 'title' in detail && typeof detail.title === 'string'
    ? detail.title
    : undefined;
}
