import type { DevEnvContext } from '@slipway/shared/client';
import type { DevEnv, DevEnvJob, DevEnvState } from '@slipway/shared/protocol';
import { createClockFormat, devEnvJobView, devEnvView, shortName, shownText } from '@slipway/shared/views';
import * as vscode from 'vscode';
import { commandTitle } from './commandTitle.ts';
import type { JobReference } from './devEnvReference.ts';
import type { WindowWords } from '../words/index.ts';
import { codiconOf, type StateIcon, stateIcons } from '../surfaces/stateIcon.ts';

const icons: Readonly<Record<DevEnvState, StateIcon>> = {
  stopped: { codicon: 'vm-outline', color: 'testing.iconSkipped' },
  starting: { codicon: 'loading~spin', color: 'charts.blue' },
  running: { codicon: 'vm-running', color: 'testing.iconPassed' },
  stopping: { codicon: 'loading~spin', color: 'testing.iconSkipped' },
  failed: { codicon: 'error', color: 'testing.iconFailed' },
};
const warns: StateIcon = { codicon: 'warning', color: 'testing.iconQueued' };
const clock = createClockFormat(undefined);
/** How much of a name a row shows, in characters: VS Code leaves out the state where a label fills the row. */
const longestLabel = 26;
/** The same for a command, which stands deeper. */
const longestCommand = 16;

export interface DevEnvItemOptions {
  readonly devEnv: DevEnv;
  readonly words: WindowWords;
  /** Epoch ms. */
  readonly now: number;
  readonly staleSince: number | undefined;
  /** The window is opened on it. */
  readonly isHere: boolean;
}

/** The row of a DevEnv. */
export function devEnvItem({ devEnv, words, now, staleSince, isHere }: DevEnvItemOptions): vscode.TreeItem {
  const view = devEnvView(devEnv, words.shared, now, staleSince);
  const item = new vscode.TreeItem(shortName(shownText(devEnv.name), longestLabel));
  const { codicon, color } = view.warning !== undefined ? warns : icons[devEnv.state];
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  // One that runs can be asked which commands go on in it.
  item.collapsibleState = devEnv.state === 'running' && devEnv.mine ? Collapsed : None;
  item.id = `devEnv/${devEnv.context}/${devEnv.name}/${item.collapsibleState}`;
  item.iconPath = new vscode.ThemeIcon(
    view.stale ? codicon.replace('~spin', '') : codicon,
    new vscode.ThemeColor(view.stale ? 'testing.iconSkipped' : color),
  );
  item.description = view.shortRow;
  item.tooltip = tooltipOf(devEnv, words, view.facts, [
    words.shared.devEnv.labelled(shownText(devEnv.name), view.row),
    ...(devEnv.state === 'running' ? [] : [shownText(devEnv.action ?? '')]),
    ...(view.isDiskFull ? [words.shared.devEnv.diskFull] : []),
  ]);
  item.accessibilityInformation = { label: `${devEnv.name}, ${view.row.replaceAll(' · ', ', ')}` };
  // For the menus of package.json.
  item.contextValue = ['devEnv', devEnv.state, devEnv.mine ? 'mine' : 'other', isHere ? 'here' : 'away'].join('.');
  return item;
}

function tooltipOf(
  devEnv: DevEnv,
  words: WindowWords,
  facts: readonly (readonly [name: string, value: string])[],
  first: readonly string[],
): string {
  const { facts: names, labelled } = words.shared.devEnv;
  const times = [
    [names.created, devEnv.createdAt],
    [names.started, devEnv.startedAt],
    [names.startingSince, devEnv.startingSince],
  ] as const;
  const lines = [
    ...facts.map(([name, value]) => labelled(name, value)),
    ...times.flatMap(([name, time]) =>
      time === undefined ? [] : [labelled(name, new Date(time).toLocaleString(words.locale))],
    ),
  ];
  return [first.filter((line) => line !== '').join('\n'), lines.join('\n')].join('\n\n');
}

/** The row of a command in a DevEnv. */
export function jobItem(reference: JobReference, job: DevEnvJob, words: WindowWords, now: number): vscode.TreeItem {
  const view = devEnvJobView(job, words.shared, now);
  const title = shownText(job.title);
  const item = new vscode.TreeItem(commandTitle(job.title, longestCommand));
  item.id = `job/${reference.context}/${reference.devEnv}/${reference.job}`;
  item.description = view.row;
  item.iconPath = new vscode.ThemeIcon(
    codiconOf(view.state, false),
    new vscode.ThemeColor(stateIcons[view.state].color),
  );
  const command = shownText(job.command.join(' '));
  const started = new Date(job.startedAt).toLocaleString(words.locale);
  item.tooltip = [words.shared.devEnv.labelled(title, view.row), command, shownText(job.cwd), started].join('\n');
  item.accessibilityInformation = { label: `${title}, ${view.row.replaceAll(' · ', ', ')}` };
  item.contextValue = `job.${view.active ? 'active' : 'ended'}`;
  item.command = {
    command: 'slipway.openDevEnvJobLog',
    title: words.shared.devEnv.actions.openLog,
    arguments: [reference],
  };
  return item;
}

/** The row of a cluster, where there are several. */
export function clusterItem(context: DevEnvContext, count: number, words: WindowWords): vscode.TreeItem {
  const { Expanded, None } = vscode.TreeItemCollapsibleState;
  const isEmpty = count === 0 && context.state !== 'stale';
  const item = new vscode.TreeItem(context.name, isEmpty ? None : Expanded);
  const { devEnv } = words.host;
  item.id = `cluster/${context.name}/${isEmpty}`;
  if (isEmpty) item.description = context.state === 'loading' ? devEnv.askingCluster : devEnv.noDevEnvs;
  item.iconPath = new vscode.ThemeIcon('server');
  item.contextValue = 'cluster';
  return item;
}

/** The row that says why the DevEnvs of a cluster are not as they are now. @param isBelow it stands below the cluster's own row */
export function troubleItem(
  context: DevEnvContext,
  { isSignedOut, isBelow }: { readonly isSignedOut: boolean; readonly isBelow: boolean },
  { host, shared }: WindowWords,
): vscode.TreeItem {
  const away = context.forbidden ? host.notAllowed : host.notReachable;
  const state = isSignedOut ? shared.signIn.notSignedIn : away;
  const item = new vscode.TreeItem(isBelow ? state : shared.devEnv.labelled(context.name, state));
  item.id = `trouble/${context.name}`;
  if (context.since !== undefined && !isSignedOut) item.description = host.staleSince(clock(context.since));
  item.tooltip = [context.reason ?? host.coreGone, context.action ?? ''].join('\n').trim();
  const icon = isSignedOut ? 'account' : 'warning';
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor('testing.iconQueued'));
  item.contextValue = 'trouble';
  item.command = isSignedOut
    ? { command: 'slipway.signIn', title: shared.signIn.signIn, arguments: [context.name] }
    : { command: 'slipway.refreshDevEnvs', title: shared.devEnv.actions.tryAgain };
  return item;
}
