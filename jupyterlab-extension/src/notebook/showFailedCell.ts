import type { IDocumentManager } from '@jupyterlab/docmanager';
import { type INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { type FailedCell, type Run, SlipwayError } from '@slipway/shared/protocol';
import { findCell } from '@slipway/shared/views';

export interface FailedCellPlaces {
  readonly notebooks: INotebookTracker;
  readonly documents: IDocumentManager;
  /** The notebook that the run was started from, where that is known. */
  readonly origin: string | undefined;
  /** Said where the cell was deleted since. */
  readonly goneText: string;
}

/**
 * Scrolls to the cell that failed, in the person's own notebook, and puts the cursor on its line.
 * @throws SlipwayError where the notebook or the cell is no longer there
 */
export async function showFailedCell(run: Run, cell: FailedCell, places: FailedCellPlaces): Promise<void> {
  const panel = await openSource(run, places);
  await panel.context.ready;
  await panel.revealed;
  const index = indexOf(panel, cell);
  if (index === undefined) throw new SlipwayError('notebook.unreadable', places.goneText);
  const { content } = panel;
  content.activeCellIndex = index;
  content.deselectAll();
  await content.scrollToItem(index, 'center');
  const shown = content.widgets[index];
  await shown?.ready;
  content.mode = 'edit';
  shown?.editor?.setCursorPosition({ line: (cell.line ?? 1) - 1, column: 0 });
}

async function openSource(run: Run, { notebooks, documents, origin }: FailedCellPlaces): Promise<NotebookPanel> {
  const source = run.source?.path ?? run.title;
  // A run from elsewhere: a notebook of that name that is open, or one at the top.
  const open = notebooks.find(({ context: { path } }) => path === source || path.endsWith(`/${source}`));
  const candidates = [origin, open?.context.path, source].filter((path) => path !== undefined);
  for (const path of candidates) {
    if (!(await exists(documents, path))) continue;
    const widget = documents.openOrReveal(path, 'Notebook');
    if (widget instanceof NotebookPanel) return widget;
  }
  throw new SlipwayError('notebook.unreadable', `The notebook is not where it was: ${source}`, {
    action: 'Open it where it is now; the failing cell is shown in the run as it was sent.',
  });
}

async function exists(documents: IDocumentManager, path: string): Promise<boolean> {
  return documents.services.contents.get(path, { content: false }).then(
    () => true,
    () => false,
  );
}

function indexOf(panel: NotebookPanel, failed: FailedCell): number | undefined {
  const models = panel.content.widgets.map(({ model }) => model.sharedModel);
  return findCell(
    models.map((model) => ({ id: model.id, source: model.getSource() })),
    failed,
  );
}
