import { formatBytes, type DevEnv, type DevEnvState } from '../../protocol/index.ts';
import { formatAgo } from '../../views/index.ts';
import { plain, toned, type Line, type Span, type Tone } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { displayWidth, pad } from '../terminal/text.ts';

const tones: Readonly<Record<DevEnvState, Tone>> = {
  stopped: 'dim',
  starting: 'accent',
  running: 'good',
  stopping: 'warn',
  failed: 'bad',
};

const gap = '  ';

/** DevEnvs as a table, the person's own first. */
export function devEnvTable(devEnvs: readonly DevEnv[]): Line[] {
  const sorted = devEnvs.toSorted(
    (a, b) => Number(b.mine) - Number(a.mine) || compare(a.context, b.context) || compare(a.name, b.name),
  );
  const several = new Set(sorted.map(({ context }) => context)).size > 1;
  const others = sorted.some(({ mine }) => !mine);
  const titles = [
    'devenv',
    ...(several ? ['context'] : []),
    'state',
    'gpu',
    'disk',
    'idle',
    ...(others ? ['whose'] : []),
    '',
  ];
  const heading = titles.map((text) => toned('dim', text));
  const rows = [heading, ...sorted.map((devEnv) => rowOf(devEnv, several, others))];
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => displayWidth(row[column]?.text ?? ''))));
  return rows.map((row) =>
    row.flatMap((span, column): Span[] =>
      column === row.length - 1 ? [span] : [{ ...span, text: pad(span.text, widths[column] ?? 0) }, plain(gap)],
    ),
  );
}

function rowOf(devEnv: DevEnv, several: boolean, others: boolean): Span[] {
  const { name, context, state, gpus, mine, owner, reason } = devEnv;
  return [
    toned('strong', oneLine(name)),
    ...(several ? [plain(oneLine(context))] : []),
    toned(tones[state], state),
    plain(gpus === 0 ? '-' : String(gpus)),
    plain(oneLine(devEnv.disk.size)),
    plain(idleWords(devEnv)),
    ...(others ? [plain(mine ? 'yours' : oneLine(owner ?? 'nobody knows'))] : []),
    plain(oneLine((reason ?? '').replaceAll('\n', ' — '))),
  ];
}

/** `12 min of 4 h`, `stops after 4 h`, `never stops`. */
function idleWords({ idle }: DevEnv): string {
  if (idle.stopAfterMs === 0) return 'never stops';
  const limit = coarse(idle.stopAfterMs);
  return idle.idleMs === undefined ? `stops after ${limit}` : `${coarse(idle.idleMs)} of ${limit}`;
}

/** A DevEnv as a sentence, with what one does next. */
export function devEnvLines(devEnv: DevEnv, what: string): Line[] {
  const { name, state } = devEnv;
  const lines: Line[] = [[toned('strong', oneLine(name)), plain(` ${what}`), toned('dim', `  ${wordsOfSize(devEnv)}`)]];
  return state === 'running' ? [...lines, [plain(`  open it with: slipway ssh ${oneLine(name)}`)]] : lines;
}

/** `gpu-1x-16c-32g-1gpu, 1 GPU, 20Gi disk`. */
export function wordsOfSize({ instanceType, cpu, memory, gpus, disk }: DevEnv): string {
  const size = instanceType === undefined ? `${cpu} CPU, ${memory}` : oneLine(instanceType);
  return [size, ...(gpus === 0 ? [] : [`${gpus} GPU${gpus === 1 ? '' : 's'}`]), `${oneLine(disk.size)} disk`].join(
    ', ',
  );
}

/** Everything about a DevEnv, a fact a line. */
export function devEnvFacts(devEnv: DevEnv, now: number): Line[] {
  const {
    name,
    state,
    reason,
    action,
    image,
    cpu,
    memory,
    gpus,
    disk,
    idle,
    owner,
    mine,
    startedAt,
    startingSince,
    lastEnd,
    context,
    namespace,
  } = devEnv;
  const used = disk.usedBytes !== undefined && disk.totalBytes !== undefined;
  const facts: [string, string][] = [
    ['image', image],
    [
      'size',
      `${devEnv.instanceType === undefined ? '' : `${devEnv.instanceType}: `}${cpu} CPU, ${memory}${gpus === 0 ? ', no GPU' : `, ${gpus} GPU${gpus === 1 ? '' : 's'}`}`,
    ],
    [
      'disk',
      `${disk.size}${used ? `, ${formatBytes(disk.usedBytes ?? 0)} of ${formatBytes(disk.totalBytes ?? 0)} used` : ''}`,
    ],
    ...devEnv.volumes.map(({ claimName, mountPath, readOnly }): [string, string] => [
      'volume',
      `${claimName} at ${mountPath}${readOnly === true ? ', read only' : ''}`,
    ]),
    ['idle', idleFact(idle, now)],
    // What says why it is stopped says it already.
    ...(lastEnd === undefined || reason === lastEnd.reason
      ? []
      : [
          ['before', `${lastEnd.reason.replace(/\.$/, '')} (${formatAgo(lastEnd.at, now)})`] satisfies [string, string],
        ]),
    ['host', devEnv.host],
    ['where', `${context}, namespace ${namespace}`],
    ...(mine || owner === undefined ? [] : [['whose', owner] satisfies [string, string]]),
  ];
  const since =
    state === 'running' && startedAt !== undefined
      ? `, started ${formatAgo(startedAt, now)}`
      : startingSince !== undefined
        ? ` for ${coarse(now - startingSince)}`
        : lastEnd !== undefined && reason === lastEnd.reason
          ? ` ${formatAgo(lastEnd.at, now)}`
          : '';
  // "stopped after 2 h idle" says both.
  const why = reason?.replaceAll('\n', ' — ');
  const saysBoth = reason?.startsWith(`${state} `) === true;
  const rest = saysBoth ? reason.slice(state.length) : `${since}${why === undefined ? '' : `: ${why}`}`;
  return [
    [toned('strong', oneLine(name)), plain(gap), toned(tones[state], state), plain(oneLine(rest))],
    ...(action === undefined ? [] : [[toned('strong', pad('fix', 8)), plain(oneLine(action))]]),
    ...facts.map(([label, text]): Line => [toned('dim', pad(label, 8)), plain(oneLine(text))]),
  ];
}

function idleFact({ stopAfterMs, idleMs, stopsAt }: DevEnv['idle'], now: number): string {
  const rule = stopAfterMs === 0 ? 'it never stops by itself' : `it stops after ${coarse(stopAfterMs)} without work`;
  const seen = idleMs === undefined ? '' : `nobody has worked in it for ${coarse(idleMs)}; `;
  const soon = stopsAt === undefined ? '' : `; stops in ${coarse(stopsAt - now)} unless somebody works`;
  return seen + rule + soon;
}

function coarse(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
