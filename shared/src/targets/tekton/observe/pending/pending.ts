/** Why a run waits. */
export interface Pending {
  /** `queued` while it has no place, `staging` while what it needs is made ready. */
  readonly phase: 'queued' | 'staging';
  /** In words, and in a second line what would end it; undefined where nothing is worth saying (yet). */
  readonly text: string | undefined;
  /** The TaskRun that waits; undefined where it is the run itself. */
  readonly taskRun?: string;
}
