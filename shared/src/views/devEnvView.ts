import { amountOf, type DevEnv, type DevEnvState } from '../protocol/index.ts';
import { quantityInWords, spanInWords, usedOfBytes } from './devEnvFormat.ts';
import { createClockFormat } from './format.ts';
import { shownLine, shownText } from './shownText.ts';
import type { AllWords } from './words/allWords.ts';

export interface DevEnvView {
  readonly state: DevEnvState;
  /** `Running`, `Running at 12:03:04` where it may have changed since. */
  readonly word: string;
  /** `Starting for 2 min`: the word with the time that goes on; empty where none does. */
  readonly wait: string;
  /** Why it is in this state, or what it waits for: a sentence; may be empty. */
  readonly detail: string;
  /** `1 GPU`, `no GPU`. */
  readonly gpus: string;
  /** `12 of 20 GiB`, `20 GiB` where nobody knows what is used. */
  readonly disk: string;
  readonly isDiskFull: boolean;
  /** `idle 25 min`, `in use`; empty where it does not run or does not say. */
  readonly idle: string;
  /** `stops after 2 h`, `never stops by itself`. */
  readonly idleRule: string;
  /** `stops in 8 min: nobody worked for 1 h 52 min`; undefined while no stop is near. */
  readonly warning: string | undefined;
  /** True where what is said changes by itself, with the minutes. */
  readonly goesOn: boolean;
  /** What a row says beside the name: `Running · 1 GPU · 12 of 20 GiB · idle 25 min`. */
  readonly row: string;
  /** The same where there is little room: whether somebody works there tells that it runs, a reason may name the state. */
  readonly shortRow: string;
  /** What is behind it, for a tooltip or a detail: name of the fact, and the fact. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** True where it may have gone on since: not to be shown as what is now. */
  readonly stale: boolean;
}

const minuteMs = 60_000;
/** So little idleness is none, in milliseconds: somebody thinks. */
const restMs = 2 * minuteMs;
/** From this part on a disk is called nearly full. */
const fullPart = 0.9;
const clock = createClockFormat(undefined);

/**
 * @param now epoch ms, for the stop that is near, and for a start that takes long
 * @param staleSince epoch ms as of which it is shown where its context is out of reach
 */
export function devEnvView(devEnv: DevEnv, words: AllWords, now: number, staleSince?: number): DevEnvView {
  const { devEnv: say } = words;
  const { state } = devEnv;
  const isUp = state === 'running';
  const word = say.states[state];
  const view = {
    state,
    word: staleSince === undefined ? word : words.panels.stateAt(word, clock(staleSince)),
    wait: staleSince === undefined ? waitOf(devEnv, words, now) : '',
    detail: state === 'running' ? '' : shownLine(devEnv.reason ?? ''),
    gpus: say.gpus(devEnv.gpus),
    disk: diskOf(devEnv, words),
    isDiskFull: isDiskFull(devEnv),
    idle: isUp ? idleOf(devEnv, words) : '',
    idleRule:
      devEnv.idle.stopAfterMs === 0 ? say.neverStops : say.stopsAfter(spanInWords(devEnv.idle.stopAfterMs, words)),
    warning: isUp && staleSince === undefined ? warningOf(devEnv, words, now) : undefined,
    goesOn: staleSince === undefined && hasTimeToTell(devEnv),
    stale: staleSince !== undefined,
  };
  // Of what may have changed since, that has to be told.
  const saysState = view.idle !== '' || view.detail.toLowerCase().startsWith(word.toLowerCase());
  const isClear = saysState && !view.stale;
  return {
    ...view,
    row: rowOf(devEnv, view, words),
    shortRow: rowOf(devEnv, isClear ? { ...view, word: '' } : view, words),
    facts: factsOf(devEnv, view, words, now),
  };
}

/** What people are asked before an idle stop. */
export function stopQuestion(devEnv: DevEnv, words: AllWords, now: number): string {
  const why = warningOf(devEnv, words, now) ?? words.devEnv.stopsNow;
  return words.devEnv.stopWarning(shownText(devEnv.name), why);
}

/** A size that may be asked for, as a choice: `16 CPU · 32 GiB · 1 GPU`. */
export function sizeInWords(
  { cpu, memory, gpus }: { readonly cpu: string; readonly memory: string; readonly gpus: number },
  { devEnv }: AllWords,
): string {
  const cores = amountOf(cpu);
  const count = cores === undefined ? cpu : String(Math.round(cores * 100) / 100);
  return [devEnv.cpus(count), quantityInWords(memory), devEnv.gpus(gpus)].join(' · ');
}

function diskOf({ disk }: DevEnv, words: AllWords): string {
  const { usedBytes, totalBytes, size } = disk;
  if (usedBytes === undefined || totalBytes === undefined || totalBytes === 0) return quantityInWords(size);
  return usedOfBytes(usedBytes, totalBytes, words);
}

function isDiskFull({ disk: { usedBytes, totalBytes } }: DevEnv): boolean {
  return usedBytes !== undefined && totalBytes !== undefined && totalBytes > 0 && usedBytes / totalBytes >= fullPart;
}

function idleOf({ idle: { idleMs } }: DevEnv, words: AllWords): string {
  if (idleMs === undefined) return '';
  return idleMs < restMs ? words.devEnv.inUse : words.devEnv.idleFor(spanInWords(idleMs, words));
}

/** Whether what is said of it changes by itself, with the minutes, while its context is heard of. Pure. */
export function hasTimeToTell({ state, idle, startingSince }: DevEnv): boolean {
  return (state === 'running' ? idle.stopsAt : startingSince) !== undefined;
}

/** The first minute is nothing to speak of. */
function waitOf({ state, startingSince }: DevEnv, words: AllWords, now: number): string {
  if (state !== 'starting' || startingSince === undefined || now - startingSince < minuteMs) return '';
  return words.devEnv.startingFor(spanInWords(now - startingSince, words));
}

function warningOf({ idle: { stopsAt, idleMs } }: DevEnv, words: AllWords, now: number): string | undefined {
  if (stopsAt === undefined) return undefined;
  const { devEnv: say } = words;
  const when = stopsAt - now < 1000 ? say.stopsNow : say.stopsIn(spanInWords(stopsAt - now, words));
  if (idleMs === undefined) return when;
  return say.labelled(when, say.nobodyWorked(spanInWords(idleMs, words)));
}

type Parts = Omit<DevEnvView, 'row' | 'shortRow' | 'facts'>;

function rowOf(devEnv: DevEnv, view: Parts, words: AllWords): string {
  const { word, gpus, disk, idle, warning } = view;
  const owner = devEnv.mine ? '' : words.devEnv.notMine(shownText(devEnv.owner ?? words.devEnv.somebodyElse));
  const isUp = view.state === 'running';
  const parts = isUp ? [word, warning ?? idle, gpus, disk] : downParts(view, words);
  return [owner, ...parts].filter((part) => part !== '').join(' · ');
}

function downParts({ word, wait, detail, gpus, disk }: Parts, words: AllWords): string[] {
  // Who has a reason wants to know it before how large it is.
  if (detail === '') return [wait === '' ? word : wait, gpus, disk];
  return wait === '' ? [word, detail] : [words.devEnv.labelled(wait, detail)];
}

function factsOf(
  devEnv: DevEnv,
  { gpus, disk, idle, idleRule }: Parts,
  words: AllWords,
  now: number,
): [string, string][] {
  const { facts } = words.devEnv;
  const { cpu, memory, instanceType } = devEnv;
  const size = sizeInWords({ cpu, memory, gpus: devEnv.gpus }, words);
  const listed: [string, string][] = [
    [facts.context, devEnv.context],
    [facts.space, devEnv.namespace],
    [facts.owner, devEnv.owner ?? ''],
    [facts.image, devEnv.image],
    [facts.size, instanceType === undefined ? (size === '' ? gpus : size) : words.devEnv.labelled(instanceType, size)],
    [facts.disk, disk],
    [facts.volumes, devEnv.volumes.map(({ claimName, mountPath }) => `${claimName} → ${mountPath}`).join(', ')],
    [facts.idle, [idle, idleRule].filter((part) => part !== '').join(', ')],
    [facts.lastEnd, lastEndOf(devEnv, words, now)],
    [facts.host, devEnv.host],
  ];
  return listed.filter(([, value]) => value !== '').map(([name, value]) => [name, shownText(value)]);
}

function lastEndOf({ lastEnd }: DevEnv, words: AllWords, now: number): string {
  return lastEnd === undefined
    ? ''
    : words.devEnv.ended(lastEnd.reason.replace(/[.。]$/, ''), spanInWords(now - lastEnd.at, words));
}
