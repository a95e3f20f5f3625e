import { MainAreaWidget } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';
import { slipwayIcon } from './icons.ts';

/**
 * An HTML file of a run in a frame without origin and network: reports are hostile. The server adds a policy that says the
 * same, so that nothing depends on the frame alone. Neither keeps a document from leading its own frame elsewhere, with what
 * it knows in the address: only the policy of the document around it does.
 */
export function createReportTab(url: string, title: string, note: string): MainAreaWidget {
  const content = new Widget();
  content.addClass('slipway-report');
  const frame = document.createElement('iframe');
  frame.title = title;
  frame.srcdoc = pageAround(url);
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

/** A page of our own, without scripts, that holds the report and lets its frame show nothing else. */
function pageAround(url: string): string {
  const page = document.implementation.createHTMLDocument();
  const policy = page.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  // What would end a source in a policy.
  const source = new URL(url, document.baseURI).href.replaceAll(';', '%3B').replaceAll(',', '%2C');
  policy.content = `default-src 'none'; style-src 'unsafe-inline'; frame-src ${source}`;
  const style = page.createElement('style');
  style.textContent = 'html,body,iframe{width:100%;height:100%;margin:0;border:0;display:block}';
  const frame = page.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts');
  frame.setAttribute('referrerpolicy', 'same-origin');
  frame.src = url;
  page.head.replaceChildren(policy, style);
  page.body.append(frame);
  return page.documentElement.outerHTML;
}
