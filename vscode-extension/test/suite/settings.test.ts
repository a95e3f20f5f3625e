import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';

describe('settings of a workspace', () => {
  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('slipway');

  it('choose the Python for this machine', () => {
    assert.match(settings().get('python', ''), /python/);
  });

  it('choose neither the program that runs the core nor what is told of', () => {
    assert.equal(settings().get('nodePath'), '');
    assert.equal(settings().get('notifyAtEnd'), 'always');
  });
});
