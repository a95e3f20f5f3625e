import type { DevEnv } from '../protocol/index.ts';
import { keyOf } from './runCollection.ts';

/** A list of one context's DevEnvs that is being read. What is told of one meanwhile is newer than what the list will say. */
export interface DevEnvReading {
  readonly context: string;
  readonly told: Set<string>;
}

/** The DevEnvs of all contexts, put together from lists and news in whatever order they come. */
export class DevEnvCollection {
  readonly #devEnvs = new Map<string, DevEnv>();
  readonly #readings = new Map<string, DevEnvReading>();
  #all: readonly DevEnv[] | undefined;

  /** One's own first, then by name; the place of one does not depend on its state. */
  get all(): readonly DevEnv[] {
    this.#all ??= [...this.#devEnvs.values()].sort(inOrder);
    return this.#all;
  }

  get(context: string, name: string): DevEnv | undefined {
    return this.#devEnvs.get(keyOf(context, name));
  }

  /** To be called before a list is asked for. An earlier list of the context that is still on its way counts no more. */
  beginList(context: string): DevEnvReading {
    const reading = { context, told: new Set<string>() };
    this.#readings.set(context, reading);
    return reading;
  }

  isReading(context: string): boolean {
    return this.#readings.has(context);
  }

  /** False once a later list of the context was begun, or the reading was ended. */
  isCurrent(reading: DevEnvReading): boolean {
    return this.#readings.get(reading.context) === reading;
  }

  /** Takes in a whole list, and drops what it no longer has. */
  takeList(reading: DevEnvReading, devEnvs: readonly DevEnv[]): void {
    if (!this.isCurrent(reading)) return;
    this.#readings.delete(reading.context);
    const listed = new Set(devEnvs.map(({ name }) => name));
    for (const { context, name } of this.all) {
      if (context === reading.context && !listed.has(name) && !reading.told.has(name)) this.#delete(context, name);
    }
    for (const devEnv of devEnvs) {
      if (!reading.told.has(devEnv.name)) this.#set(asLastSeen(devEnv, this.get(devEnv.context, devEnv.name)));
    }
  }

  endList(reading: DevEnvReading): void {
    if (this.isCurrent(reading)) this.#readings.delete(reading.context);
  }

  /** Lists that are on their way come from a core that is gone. */
  abandonLists(): void {
    this.#readings.clear();
  }

  /** Drops all of a context, and the list of them that is on its way. */
  forget(context: string): void {
    this.#readings.delete(context);
    for (const devEnv of this.all) if (devEnv.context === context) this.#delete(context, devEnv.name);
  }

  put(devEnv: DevEnv): void {
    this.#readings.get(devEnv.context)?.told.add(devEnv.name);
    this.#set(devEnv);
  }

  remove(context: string, name: string): void {
    this.#readings.get(context)?.told.add(name);
    this.#delete(context, name);
  }

  #set(devEnv: DevEnv): void {
    this.#devEnvs.set(keyOf(devEnv.context, devEnv.name), devEnv);
    this.#all = undefined;
  }

  #delete(context: string, name: string): void {
    if (this.#devEnvs.delete(keyOf(context, name))) this.#all = undefined;
  }
}

/** A list does not ask pods how idle they are, nor how full their disks: what a pod last said of itself stays until it says more. */
function asLastSeen(listed: DevEnv, known: DevEnv | undefined): DevEnv {
  const isSamePod = known?.state === 'running' && listed.state === 'running' && known.startedAt === listed.startedAt;
  if (!isSamePod || listed.idle.idleMs !== undefined) return listed;
  return {
    ...listed,
    idle: { ...known.idle, stopAfterMs: listed.idle.stopAfterMs },
    disk: { ...known.disk, ...listed.disk },
  };
}

function inOrder(one: DevEnv, other: DevEnv): number {
  if (one.mine !== other.mine) return one.mine ? -1 : 1;
  const names = [one.name, one.context].join(' ');
  const others = [other.name, other.context].join(' ');
  return names < others ? -1 : Number(names > others);
}
