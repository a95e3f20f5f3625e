import * as z from 'zod';
import type { Run } from '../../../protocol/index.ts';
import { metadataSchema, rowOfTable, type Metadata } from '../observe/index.ts';

/** A run as a list knows it: of tens of thousands, nothing is kept that no list shows. */
export interface RunRow {
  readonly run: Run;
  /** Of its PipelineRun. */
  readonly uid: string | undefined;
  /** When the cluster made it, epoch ms, which the order goes by; `run.createdAt` may be the submitter's time. */
  readonly madeAt: number;
  /** What tells its state: {@link conditionOf}. */
  readonly condition: string;
}

/** The columns of a Table of PipelineRuns. */
export const columns = ['Name', 'Succeeded', 'Reason', 'StartTime', 'CompletionTime'] as const;

/** With so many it counts what is kept of each. */
export const manyRuns = 2_000;

/** How many different texts are remembered, to be shared by the rows. */
const sharedTexts = 10_000;

/** Makes rows of what the reflector hands over: metadata, and cells by column. */
export class RowMaker {
  readonly schema: z.ZodType<RunRow>;
  readonly #context: string;
  readonly #now: () => number;
  readonly #texts = new SharedTexts();

  constructor(context: string, now: () => number) {
    this.#context = context;
    this.#now = now;
    this.schema = z
      .object({ metadata: metadataSchema, cells: z.record(z.string(), z.unknown()) })
      .transform(({ metadata, cells }) => this.#make(metadata, cells));
  }

  #make(metadata: Metadata, cells: Readonly<Record<string, unknown>>): RunRow {
    const ordered = columns.map((column) => cells[column]);
    const { title, user, reason, trigger, ...rest } = rowOfTable(
      this.#context,
      { cells: ordered, object: { metadata } },
      this.#now(),
    );
    const run = {
      ...rest,
      title: this.#texts.of(title),
      ...(user !== undefined && { user: this.#texts.of(user) }),
      ...(reason !== undefined && { reason: this.#texts.of(reason) }),
      ...(trigger !== undefined && { trigger: { ...trigger, source: this.#texts.of(trigger.source) } }),
    };
    const condition = this.#texts.of(conditionOf(cells.Succeeded, cells.Reason));
    return { run, uid: metadata.uid, madeAt: metadata.creationTimestamp ?? 0, condition };
  }
}

/** Gives the same text as one string. */
export class SharedTexts {
  readonly #texts = new Map<string, string>();

  of(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (this.#texts.size >= sharedTexts) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }
}

/** True where a list shows both rows alike, but for their ages: only labels, annotations or the like are others. */
export function looksTheSame(one: RunRow, other: RunRow): boolean {
  return one.condition === other.condition;
}

/** The cells Succeeded and Reason in one text. */
export function conditionOf(succeeded: unknown, reason: unknown): string {
  return `${typeof succeeded === 'string' ? succeeded : ''} ${typeof reason === 'string' ? reason : ''}`;
}
