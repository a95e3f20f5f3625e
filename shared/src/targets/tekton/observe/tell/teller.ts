import type { Run, RunEvent, Task } from '../../../../protocol/index.ts';
import type { Told } from '../facts.ts';
import type { Pending } from '../pending/pending.ts';
import type { ProgressEvent } from '../progressLines.ts';
import type { RunEnd } from '../runEnd.ts';
import { type Result, resultTexts } from '../schemas/index.ts';
import { ranAtAll, type SeenStep } from '../steps/seenSteps.ts';
import type { NewProgress } from './progress.ts';

/** What is known of the run while its steps are told. */
export interface RunWords {
  /** True when nothing better will become known. */
  readonly ended: boolean;
  /** Tasks that the pipeline skipped, with the reason. */
  readonly skippedTasks: ReadonlyMap<string, string>;
}

/** Turns what is seen into events, leaving out what was told before. */
export class Teller {
  readonly #before: Told;
  readonly #now: number;
  readonly #events: RunEvent[] = [];
  readonly #started: Set<string>;
  readonly #ended: Set<string>;
  readonly #steps: Set<string>;
  readonly #notes: Map<string, string>;
  #told: Told;

  constructor(before: Told, now: number) {
    this.#before = before;
    this.#told = before;
    this.#now = now;
    this.#started = new Set(before.started);
    this.#ended = new Set(before.ended);
    this.#steps = new Set(before.steps);
    this.#notes = new Map(before.notes);
  }

  submit(run: Run): void {
    if (this.#told.submitted) return;
    this.#events.push({ type: 'submitted', time: run.createdAt, run });
    for (const { name, state } of run.steps) {
      this.#steps.add(name);
      if (state === 'reused') this.#ended.add(name);
    }
    this.#told = { ...this.#told, submitted: true };
  }

  cancelRequested(): void {
    if (this.#told.cancelRequested) return;
    this.#events.push({ type: 'cancelRequested', time: this.#now });
    this.#told = { ...this.#told, cancelRequested: true };
  }

  /** The graph; it also tells of steps that were not known before. */
  tasks(tasks: Task[], steps: readonly string[]): void {
    const text = JSON.stringify(tasks);
    if (text === this.#told.tasks) return;
    this.#events.push({ type: 'tasks', time: this.#now, tasks });
    for (const name of steps) this.#steps.add(name);
    this.#told = { ...this.#told, tasks: text };
  }

  /** Why nothing runs; or, as a note of its first step, why a later task does not. */
  pending(pending: Pending, steps: readonly SeenStep[]): void {
    const hasBegun =
      this.#started.size > 0 || steps.some(({ sight }) => sight.startedAt !== undefined && ranAtAll(sight));
    if (!hasBegun) {
      this.#phase(pending.phase);
      if (pending.text === undefined || pending.text === this.#told.waiting) return;
      this.#events.push({ type: 'waiting', time: this.#now, reason: pending.text });
      this.#told = { ...this.#told, waiting: pending.text };
      return;
    }
    const step = steps.find(({ taskRun, sight }) => taskRun === pending.taskRun && sight.state === 'pending')?.name;
    if (step === undefined || pending.text === undefined || this.#ended.has(step) || !this.#steps.has(step)) return;
    this.#note(step, `waits: ${pending.text.replaceAll('\n', ' — ')}`, this.#now);
  }

  #phase(phase: Pending['phase']): void {
    if (phase === this.#told.phase) return;
    this.#events.push(phase === 'queued' ? { type: 'queued', time: this.#now } : { type: 'staging', time: this.#now });
    this.#told = { ...this.#told, phase };
  }

  /** Starts, cells, notes and ends, step by step, so that each is told while it counts. */
  steps(steps: readonly SeenStep[], progress: NewProgress, run: RunWords): void {
    const seen = new Set(steps.map(({ name }) => name));
    for (const step of steps) {
      if (!this.#steps.has(step.name)) continue;
      const lines = progress.byStep.get(step.name) ?? [];
      this.#start(step, lines);
      for (const line of lines) this.#line(line);
      this.#end(step, run, progress);
    }
    for (const [name, lines] of progress.byStep) if (!seen.has(name)) for (const line of lines) this.#line(line);
    this.#told = { ...this.#told, lines: progress.lines, endings: progress.endings };
  }

  #start({ name, sight }: SeenStep, lines: readonly ProgressEvent[]): void {
    if (this.#started.has(name) || this.#ended.has(name)) return;
    // Cells are told by the run itself, and sooner than the API tells that their step runs.
    const firstCell = lines.find(({ type }) => type !== 'stepNote')?.time;
    const runs = sight.state === 'running' || (sight.state === 'ended' && ranAtAll(sight));
    if (!runs && (firstCell === undefined || sight.state === 'ended')) return;
    this.#started.add(name);
    this.#events.push({ type: 'stepStarted', time: sight.startedAt ?? firstCell ?? this.#now, step: name });
  }

  #line(event: ProgressEvent): void {
    if (event.type !== 'stepNote') this.#events.push(event);
    else if (this.#steps.has(event.step) && !this.#ended.has(event.step))
      this.#note(event.step, event.text, event.time);
  }

  #note(step: string, text: string, time: number): void {
    if (this.#notes.get(step) === text) return;
    this.#notes.set(step, text);
    this.#events.push({ type: 'stepNote', time, step, text });
  }

  #end(step: SeenStep, run: RunWords, progress: NewProgress): void {
    const { name, sight, verdict } = step;
    if (this.#ended.has(name)) return;
    if (verdict === undefined) {
      const taskSkipped = run.skippedTasks.get(step.task);
      if (taskSkipped !== undefined) this.#finishStep(name, { state: 'skipped', reason: taskSkipped }, this.#now);
      return;
    }
    if (step.mayRunAgain && verdict.state !== 'succeeded') return;
    if (!step.isSure && !run.ended) return;
    // It did not run, and why is the run's reason: the end of the run closes it.
    if (sight.ending === 'notRun') return;
    this.#finishStep(name, verdict, exactEnd(sight.finishedAt, progress.endings.get(name)?.time) ?? this.#now);
  }

  #finishStep(step: string, verdict: NonNullable<SeenStep['verdict']>, time: number): void {
    this.#ended.add(step);
    this.#events.push({ type: 'stepFinished', time, step, ...verdict });
  }

  results(results: readonly Result[]): void {
    const texts = resultTexts(results);
    const text = JSON.stringify(texts);
    if (texts === undefined || text === this.#told.results) return;
    this.#events.push({ type: 'results', time: this.#now, results: texts });
    this.#told = { ...this.#told, results: text };
  }

  finish(end: RunEnd, time: number): void {
    this.#events.push({ type: 'finished', time, ...end });
  }

  done(): { events: readonly RunEvent[]; told: Told } {
    if (this.#events.length === 0 && this.#told === this.#before) return { events: [], told: this.#before };
    return {
      events: this.#events,
      told: { ...this.#told, started: this.#started, ended: this.#ended, steps: this.#steps, notes: this.#notes },
    };
  }
}

/** Containers end to the second; the step's own word is exact where it is about the same moment. */
function exactEnd(container: number | undefined, own: number | undefined): number | undefined {
  if (container === undefined || own === undefined) return container;
  return Math.abs(own - container) <= 2_000 ? own : container;
}
