import { strict as assert } from 'node:assert';
import { ContextStore } from '@slipway/shared/client';
import { type DevEnv, SlipwayError } from '@slipway/shared/protocol';
import { devEnvNamed, runningJob } from '@slipway/shared/protocol/testing';
import * as vscode from 'vscode';
import { DevEnvJobs } from '../../src/devenvs/devEnvJobs.ts';
import { DevEnvsTree, type DevEnvsNode } from '../../src/devenvs/devEnvsTree.ts';
import { windowWords } from '../../src/words/index.ts';
import { scriptedParts } from './devEnvParts.ts';

const job = runningJob({
  id: '7',
  command: ['bash', '-lc', 'make train'],
  title: 'make train',
  state: 'failed',
  exitCode: 2,
  endedAt: 72_000,
});

/** What VS Code is given, as text: two spaces before a row below another. */
async function drawn(tree: DevEnvsTree, node?: DevEnvsNode): Promise<string[]> {
  const lines: string[] = [];
  for (const child of await tree.getChildren(node)) {
    const { label, description } = tree.getTreeItem(child);
    lines.push([textOf(label), textOf(description)].join(' | '));
    if (child.kind === 'cluster') lines.push(...(await drawn(tree, child)).map((line) => `  ${line}`));
  }
  return lines;
}

function textOf(text: unknown): string {
  return typeof text === 'string' ? text : '';
}

interface Scene {
  readonly devEnvs?: readonly DevEnv[];
  readonly contexts?: readonly string[];
  /** Contexts that cannot be asked, and why. */
  readonly problems?: Readonly<Record<string, SlipwayError>>;
  /** Where somebody looks at it, and time goes on. */
  readonly tickMs?: number;
}

describe('the tree of DevEnvs', () => {
  const disposables: { dispose(): unknown }[] = [];
  afterEach(() => {
    for (const each of disposables.splice(0)) each.dispose();
  });

  async function treeOf({
    devEnvs = [],
    contexts = ['local', 'team-a'],
    problems = {},
    tickMs,
  }: Scene): Promise<DevEnvsTree> {
    const scripted = scriptedParts(
      {
        'devenvs/watch': () => ({ watch: '1' }),
        'devenvs/list': ({ context }: { readonly context: string }) => {
          const problem = problems[context];
          if (problem !== undefined) throw problem;
          return { devEnvs: devEnvs.filter((devEnv) => devEnv.context === context), problems: [] };
        },
        'devenvs/jobs': () => ({ jobs: [job] }),
      },
      contexts,
    );
    const silence = {
      request: () => new Promise<never>(() => undefined),
      onNotification: () => ({ dispose: () => undefined }),
      onConnection: () => ({ dispose: () => undefined }),
    };
    const { parts, store } = scripted;
    const summaries = new ContextStore(silence, () => undefined);
    const jobs = new DevEnvJobs(parts.core, parts.signal);
    const options = {
      store,
      contexts: summaries,
      jobs,
      words: windowWords('en'),
      isVisible: () => tickMs !== undefined,
    };
    const ticking = tickMs === undefined ? {} : { tickMs };
    const tree = new DevEnvsTree({ ...options, ...ticking, host: () => 'devenv-alice.team-a' });
    disposables.push(tree, jobs, summaries, scripted);
    scripted.connect();
    await new Promise((resolve) => setTimeout(resolve, 20));
    return tree;
  }

  it('has no rows where there is nothing, and says which nothing it is', async () => {
    assert.equal((await treeOf({ contexts: ['local'] })).state, 'noCluster');
    const tree = await treeOf({});
    assert.deepEqual([tree.state, await drawn(tree)], ['empty', []]);
  });

  it('lists them without a level for the only cluster, one’s own first', async () => {
    const tree = await treeOf({
      devEnvs: [
        devEnvNamed('devenv-bob', { mine: false, owner: 'bob' }),
        devEnvNamed('devenv-alice'),
        devEnvNamed('devenv-alice-second', { state: 'stopped', reason: 'stopped after 2 h idle' }),
        devEnvNamed('devenv-alice-third', { state: 'starting', startingSince: Date.now() - 150_000, reason: 'no GPU' }),
      ],
    });
    assert.equal(tree.state, 'listed');
    assert.deepEqual(await drawn(tree), [
      'devenv-alice | Running · 1 GPU · 20 GiB',
      'devenv-alice-second | stopped after 2 h idle',
      'devenv-alice-third | Starting for 2 min: no GPU',
      'devenv-bob | of bob · Running · 1 GPU · 20 GiB',
    ]);
  });

  it('draws a row anew once its time says something else, and none besides', async () => {
    const realNow = Date.now;
    let now = realNow();
    Date.now = () => now;
    try {
      const startingSince = now - 150_000;
      const tree = await treeOf({
        devEnvs: [devEnvNamed('devenv-alice'), devEnvNamed('devenv-alice-gpu', { state: 'starting', startingSince })],
        tickMs: 5,
      });
      await drawn(tree);
      const anew: string[] = [];
      tree.onDidChangeTreeData((node) => {
        if (node?.kind === 'devEnv') anew.push(node.devEnv);
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual(anew, []);
      now += 60_000;
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual(anew, ['devenv-alice-gpu']);
      assert.deepEqual((await drawn(tree)).at(-1), 'devenv-alice-gpu | Starting for 3 min · 1 GPU · 20 GiB');
    } finally {
      Date.now = realNow;
    }
  });

  it('has a level for the cluster where there are several, and says of each what is wrong with it', async () => {
    const refused = new SlipwayError('cluster.forbidden', 'You may not list pods.', { action: 'Ask for it.' });
    const gone = new SlipwayError('cluster.unreachable', 'No route.');
    const tree = await treeOf({
      contexts: ['local', 'team-a', 'team-b', 'team-c', 'team-d'],
      devEnvs: [devEnvNamed('devenv-alice')],
      problems: { 'team-b': refused, 'team-c': gone },
    });
    const lines = await drawn(tree);
    assert.deepEqual(
      lines.map((line) => line.replace(/as of .*/, 'as of …')),
      [
        'team-a | ',
        '  devenv-alice | Running · 1 GPU · 20 GiB',
        'team-b | ',
        '  Not allowed | as of …',
        'team-c | ',
        '  Not reachable | as of …',
        'team-d | No DevEnvs yet',
      ],
    );
    const [, cluster] = tree.getTop();
    const [trouble] = await tree.getChildren(cluster);
    assert.ok(trouble !== undefined);
    assert.equal(tree.getTreeItem(trouble).tooltip, 'You may not list pods.\nAsk for it.');
  });

  it('leaves room for the state beside a long name, which the tooltip has whole', async () => {
    const name = `devenv-${'a-very-long-name-'.repeat(3)}x`;
    const tree = await treeOf({ devEnvs: [devEnvNamed(name)] });
    const [node] = tree.getTop();
    assert.ok(node !== undefined);
    const { label, tooltip } = tree.getTreeItem(node);
    assert.equal(textOf(label).length, 26);
    assert.ok(textOf(tooltip).startsWith(`${name}: Running`));
  });

  it('tells menus what can be done: with whose, in which state, and whether the window is on it', async () => {
    const tree = await treeOf({
      devEnvs: [
        devEnvNamed('devenv-alice'),
        devEnvNamed('devenv-bob', { mine: false, state: 'failed', reason: 'No image.' }),
      ],
    });
    const items = tree.getTop().map((node) => tree.getTreeItem(node));
    assert.deepEqual(
      items.map(({ contextValue, collapsibleState }) => [contextValue, collapsibleState]),
      [
        ['devEnv.running.mine.here', vscode.TreeItemCollapsibleState.Collapsed],
        ['devEnv.failed.other.away', vscode.TreeItemCollapsibleState.None],
      ],
    );
  });

  it('shows the commands that go on in one below it', async () => {
    const tree = await treeOf({ devEnvs: [devEnvNamed('devenv-alice')] });
    assert.deepEqual(await drawn(tree, tree.getTop()[0]), ['make train | Failed · exit code 2 · 1m 12s']);
  });
});
