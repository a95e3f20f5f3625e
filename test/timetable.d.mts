export interface StageTime {
  readonly seconds: number;
  readonly waitedSeconds?: number;
  readonly budgetSeconds?: number;
}

export function timeWords(stage: StageTime): string;

export function timetable(
  stages: readonly (StageTime & { readonly name: string })[],
  seconds: number,
  isWhole: boolean,
): string;
