import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

/** Shows a tab in the main area, or below it where the main area holds one thing only, as in Notebook. */
export function addToShell(shell: JupyterFrontEnd.IShell, widget: Widget): void {
  shell.add(widget, 'main');
  if (widget.isAttached || widget.parent !== null) return;
  // Otherwise the area opens without any height.
  widget.node.style.minHeight = '45vh';
  shell.add(widget, 'down');
}
