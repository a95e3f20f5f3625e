import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { slipway } from './extension.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly walkthroughs: readonly { readonly steps: readonly WalkthroughStep[] }[];
  };
}

interface WalkthroughStep {
  readonly id: string;
  readonly description: string;
  readonly completionEvents: readonly string[];
}

describe('commands', () => {
  before(() => slipway().activate());

  it('are there, all that the manifest names and no others', async () => {
    const { contributes } = slipway().packageJSON as Manifest;
    const named = contributes.commands.map(({ command }) => command);
    // VS Code makes some of its own for every view.
    const ofViews = /^slipway\.(runs|contexts|devEnvs)\.\w+$/;
    const registered = await vscode.commands.getCommands(true);
    const ours = registered.filter((name) => name.startsWith('slipway.') && !ofViews.test(name));
    assert.deepEqual(ours.sort(), [...named].sort());
  });

  it('do nothing for what names no run', async () => {
    for (const argument of [undefined, null, 'analysis-1', 7, [], { context: 'local' }, { context: 1, run: {} }]) {
      for (const name of ['openRun', 'cancel', 'delete', 'openNotebook', 'showTests'])
        assert.equal(await vscode.commands.executeCommand(`slipway.${name}`, argument), undefined);
    }
    const { core } = await slipway().activate();
    assert.equal(core.connected, false);
  });

  it('of the walkthrough are there, and each button completes its own step', async () => {
    const { contributes } = slipway().packageJSON as Manifest;
    const registered = new Set(await vscode.commands.getCommands(true));
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    assert.deepEqual(
      steps.map(({ id }) => id),
      ['context', 'run', 'follow', 'why'],
    );
    for (const { id, description, completionEvents } of steps) {
      const [, command = ''] = /\(command:([\w.]+)\)/.exec(description) ?? [];
      assert.ok(registered.has(command), `${id}: ${command} is not there`);
      // A view's own command shows the view.
      const view = /^(.+)\.focus$/.exec(command)?.[1];
      const event = view === undefined ? `onCommand:${command}` : `onView:${view}`;
      assert.ok(completionEvents.includes(event), `${id}: ${event} does not complete it`);
      if (view !== undefined) assert.ok(contributes.views.slipway?.some((each) => each.id === view));
    }
  });
});
