import type { Table } from '../translator.ts';

/** Sentences about DevEnvs. */
export const chineseDevEnvs: Table = {
  '{name} does not take note that somebody works in it: {said*}': '{name} 无法记录有人在其中工作：{said}',
  'Look at its log, or restart it.': '请查看其日志，或重启它。',
};
