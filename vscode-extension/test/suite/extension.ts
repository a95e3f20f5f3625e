import type { ForTests } from '../../src/extension.ts';
import * as vscode from 'vscode';

export const extensionId = 'slipway.slipway-vscode';

/** The extension as this host runs it. */
export function slipway(): vscode.Extension<ForTests> {
  const extension = vscode.extensions.getExtension<ForTests>(extensionId);
  if (extension === undefined) throw new Error(`${extensionId} is not there.`);
  return extension;
}
