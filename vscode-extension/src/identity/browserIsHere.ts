import * as vscode from 'vscode';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/;

/**
 * Whether the person's browser runs on the machine of the core, so that a provider can send it back to a loopback port
 * there (RFC 8252 §7.3). In a browser window the address under which it sees VS Code tells.
 */
export async function browserIsHere(kind: vscode.ExtensionKind): Promise<boolean> {
  if (vscode.env.uiKind === vscode.UIKind.Desktop)
    return vscode.env.remoteName === undefined || kind === vscode.ExtensionKind.UI;
  const own = vscode.Uri.parse(`${vscode.env.uriScheme}://slipway.slipway-vscode/`);
  return loopback.test((await vscode.env.asExternalUri(own)).authority);
}
