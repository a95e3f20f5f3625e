import { MainAreaWidget } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';
import { slipwayIcon } from './icons.ts';

/**
 * An HTML file of a run in a frame without origin and network: reports are hostile. The server adds a policy that says the
 * same, so that nothing depends on the frame alone.
 */
export function createReportTab(url: string, title: string, note: string): MainAreaWidget {
  const content = new Widget();
  content.addClass('slipway-report');
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.setAttribute('referrerpolicy', 'same-origin');
  frame.title = title;
  frame.src = url;
  const line = document.createElement('p');
  line.className = 'slipway-muted';
  line.textContent = note;
  content.node.append(frame, line);
  const widget = new MainAreaWidget({ content });
  widget.toolbar.hide();
  widget.id = `slipway-report-${url}`;
  widget.title.label = title;
  widget.title.icon = slipwayIcon;
  widget.title.closable = true;
  return widget;
}
