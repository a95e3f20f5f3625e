import { open } from 'node:fs/promises';
import { runEventSchema, SlipwayError, type RunEvent } from '../../protocol/index.ts';
import { isMissing } from './diskErrors.ts';
import type { LocalTargetSettings } from './localOptions.ts';
import type { RunPaths } from './runFolder.ts';
import { readSupervisor, supervisorState } from './supervisorProcess.ts';

/** How many runs' events are kept parsed, so that following a run reads what is new and not everything again. */
const cachedRuns = 64;

interface ParsedEvents {
  readonly inode: number;
  /** Bytes that were whole lines. */
  readonly bytes: number;
  /** Epoch ms when the file last changed. */
  readonly changedAt: number;
  readonly events: readonly RunEvent[];
}

/** Reads `events.jsonl` files, from any process's runs. */
export class EventReader {
  private readonly settings: LocalTargetSettings;
  private readonly cache = new Map<string, ParsedEvents>();

  constructor(settings: LocalTargetSettings) {
    this.settings = settings;
  }

  /**
   * All events of a run, and `finished`/`lost` after them when nobody drives it any more.
   * @throws SlipwayError `run.notFound`
   */
  async read(run: string, paths: RunPaths): Promise<readonly RunEvent[]> {
    let parsed = await this.parse(run, paths);
    if (isFinal(parsed.events)) return parsed.events;
    if ((await supervisorState(paths, parsed.changedAt, this.settings)) !== 'gone') return parsed.events;
    // It may have written its last event and gone since we read.
    parsed = await this.parse(run, paths);
    return isFinal(parsed.events) ? parsed.events : [...parsed.events, await lostEvent(paths, parsed)];
  }

  private async parse(run: string, paths: RunPaths): Promise<ParsedEvents> {
    const known = this.cache.get(run);
    const parsed = await readOn(run, paths.events, known);
    this.cache.delete(run);
    this.cache.set(run, parsed);
    for (const oldest of this.cache.keys()) {
      if (this.cache.size <= cachedRuns) break;
      this.cache.delete(oldest);
    }
    return parsed;
  }
}

export function isFinal(events: readonly RunEvent[]): boolean {
  return events.at(-1)?.type === 'finished';
}

/** Reads what was appended since `known`; everything when it is another file. */
async function readOn(run: string, path: string, known: ParsedEvents | undefined): Promise<ParsedEvents> {
  const handle = await open(path).catch((error: unknown) => {
    throw isMissing(error) ? runNotFound(run) : error;
  });
  try {
    const { ino, size, mtimeMs } = await handle.stat();
    const base = known?.inode === ino && known.bytes <= size ? known : undefined;
    const start = base?.bytes ?? 0;
    if (base !== undefined && start === size) return { ...base, changedAt: mtimeMs };
    const buffer = Buffer.alloc(size - start);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    const whole = buffer.subarray(0, buffer.subarray(0, bytesRead).lastIndexOf(10) + 1);
    const events = [...(base?.events ?? []), ...parseEventLines(whole.toString('utf8'))];
    return { inode: ino, bytes: start + whole.length, changedAt: mtimeMs, events };
  } finally {
    await handle.close();
  }
}

/** Takes the lines that are events we know; others are of a newer version, or damaged, and of no use here. */
export function parseEventLines(text: string): RunEvent[] {
  const events: RunEvent[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      continue;
    }
    const parsed = runEventSchema.safeParse(value);
    if (parsed.success) events.push(parsed.data);
  }
  return events;
}

async function lostEvent(paths: RunPaths, parsed: ParsedEvents): Promise<RunEvent> {
  const supervisor = await readSupervisor(paths);
  // The last sign of life on disk: the same answer whenever and whoever asks.
  const time = Math.round(Math.max(parsed.changedAt, supervisor?.seenAt ?? 0));
  const reason =
    supervisor === undefined
      ? 'the process that was to drive the run never started'
      : 'the process that drove the run is gone without a word: it was killed, or the machine went down';
  return { type: 'finished', time, state: 'lost', reason };
}

export function runNotFound(run: string): SlipwayError {
  return new SlipwayError('run.notFound', `There is no run ${JSON.stringify(run)} on this machine.`, {
    action: 'List the runs that there are: slipway runs.',
  });
}
