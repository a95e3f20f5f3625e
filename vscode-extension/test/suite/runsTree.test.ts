import { strict as assert } from 'node:assert';
import { ContextStore, RunStore, type RunSource } from '@slipway/shared/client';
import type { Run } from '@slipway/shared/protocol';
import * as vscode from 'vscode';
import { RunsTree, type RunsNode } from '../../src/surfaces/runsTree.ts';
import { windowWords } from '../../src/words/index.ts';

const dayMs = 86_400_000;

function runOf(index: number, given: Partial<Run> = {}): Run {
  return {
    name: `run-${index}`,
    context: 'local',
    title: index % 2 === 0 ? `train-${index}.ipynb` : `a ${'very '.repeat(40)}long name ${index}.ipynb`,
    state: index % 10 === 0 ? 'failed' : 'succeeded',
    createdAt: Date.now() - index * (dayMs / 20),
    finishedAt: Date.now(),
    cancelRequested: false,
    steps: [],
    ...given,
  };
}

/** A connection on which nothing is ever told. */
const silence: RunSource = {
  contexts: [],
  request: () => new Promise(() => undefined),
  onNotification: () => ({ dispose: () => undefined }),
  onConnection: () => ({ dispose: () => undefined }),
  hold: () => ({ dispose: () => undefined }),
};

describe('a tree of 1,000 runs', () => {
  const store = new RunStore(silence, Date.now);
  const contexts = new ContextStore(silence, () => undefined);
  const tree = new RunsTree(store, contexts, windowWords('en'), () => false);
  const told: (readonly RunsNode[] | undefined)[] = [];
  let waiting: ((nodes: readonly RunsNode[] | undefined) => void) | undefined;
  /** What VS Code is told to draw anew, once it is. */
  const next = (): Promise<readonly RunsNode[] | undefined> =>
    new Promise((resolve) => {
      waiting = resolve;
    });
  before(() => {
    for (let index = 0; index < 1000; index += 1) store.put(runOf(index));
    tree.onDidChangeTreeData((nodes) => {
      told.push(nodes);
      waiting?.(nodes);
    });
  });
  beforeEach(() => void told.splice(0));
  after(() => {
    tree.dispose();
    contexts.dispose();
    store.dispose();
  });

  const labels = (): string[] =>
    tree.getChildren().map((node) => {
      const { label, description } = tree.getTreeItem(node);
      return `${typeof label === 'string' ? label : ''}: ${String(description)}`;
    });

  it('shows the last days by name and the rest as one row that is closed', () => {
    const top = tree.getChildren();
    const items = top.map((node) => tree.getTreeItem(node));
    assert.deepEqual([items[0]?.label, items[1]?.label, items.at(-1)?.label], ['Today', 'Yesterday', 'Older']);
    assert.equal(items.length, 8);
    assert.equal(items.at(-1)?.collapsibleState, vscode.TreeItemCollapsibleState.Collapsed);
    assert.match(String(items.at(-1)?.description), /^8\d\d runs$/);
    assert.equal(top.flatMap((node) => tree.getChildren(node)).length, 1000);
  });

  it('leaves room for the state beside a long name', () => {
    const run = tree.getChildren().flatMap((node) => tree.getChildren(node))[1];
    assert.ok(run !== undefined);
    const { label, description, tooltip } = tree.getTreeItem(run);
    assert.equal(label, 'a very very ver…me 1.ipynb');
    assert.equal(description, 'Passed');
    assert.ok(typeof tooltip === 'string');
    assert.match(tooltip, /(very ){40}long name 1\.ipynb/);
  });

  it('draws one row anew when one run has news', async () => {
    tree.getChildren();
    const drawn = next();
    store.put(runOf(3, { state: 'running' }));
    store.put(runOf(3, { state: 'failed' }));
    const nodes = (await drawn) ?? [];
    assert.deepEqual(
      nodes.map((node) => String(tree.getTreeItem(node).description).split(' · ')[0]),
      ['Failed'],
    );
    assert.equal(told.length, 1);
  });

  it('draws nothing anew when a run is told of without news, and everything when one came', async () => {
    tree.getChildren();
    const known = store.get('local', 'run-5');
    assert.ok(known !== undefined);
    store.put(known);
    const drawn = next();
    store.put(runOf(-1));
    assert.equal(await drawn, undefined);
    assert.equal(told.length, 1);
  });

  it('shows those that a filter lets through, and their days open', () => {
    tree.filter = { text: 'TRAIN-99', states: ['failed'] };
    assert.deepEqual(labels(), ['Older: 1 run']);
    const [group] = tree.getChildren();
    assert.ok(group !== undefined);
    assert.equal(tree.getTreeItem(group).collapsibleState, vscode.TreeItemCollapsibleState.Expanded);
    assert.deepEqual(
      tree.getChildren(group).map((node) => tree.getTreeItem(node).label),
      ['train-990.ipynb'],
    );
    tree.filter = { text: 'nobody has this', states: [] };
    assert.deepEqual(labels(), []);
    tree.filter = { text: '', states: [] };
    assert.equal(tree.shown.length, 1001);
  });
});
