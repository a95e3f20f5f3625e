import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

/** Shows a tab in the main area, or beside it where the main area holds one thing only, as in Notebook. */
export function addToShell(shell: JupyterFrontEnd.IShell, widget: Widget): void {
  shell.add(widget, 'main');
  // Not below: that area opens without any height there.
  if (!widget.isAttached && widget.parent === null) shell.add(widget, 'right');
}
