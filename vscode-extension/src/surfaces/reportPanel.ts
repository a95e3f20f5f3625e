import * as vscode from 'vscode';
import { reportPage } from '../panels/webviewPage.ts';

/** A report of a run in a tab of its own: a frame without origin or network, whose messages nobody hears. */
export function showReport(html: string, title: string, note: string): vscode.WebviewPanel {
  const panel = vscode.window.createWebviewPanel('slipway.report', title, vscode.ViewColumn.Active, {
    enableScripts: true,
    localResourceRoots: [],
  });
  panel.webview.html = reportPage(html, note);
  return panel;
}
