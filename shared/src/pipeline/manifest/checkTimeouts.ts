import type { ManifestFault } from './checkPipelineRun.ts';
import { fieldsOf } from './foreignObject.ts';

const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Seconds of a duration as Go reads it; undefined where it reads none. */
function secondsOf(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length > 64 || !/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (total, [, amount, unit]) => total + Number(amount) * (unitSeconds[unit ?? ''] ?? 0),
    0,
  );
}

const fields = ['pipeline', 'tasks', 'finally'] as const;

/** Limits that are none, or contradict each other: tasks and finally have to fit into the pipeline's. */
export function checkTimeouts(timeouts: unknown): ManifestFault[] {
  const given = fieldsOf(timeouts);
  const seconds: Partial<Record<(typeof fields)[number], number>> = {};
  for (const field of fields) {
    const text = given[field];
    if (text === undefined || text === null) continue;
    const value = typeof text === 'string' ? secondsOf(text) : undefined;
    if (value === undefined) return [notDuration(field, text)];
    seconds[field] = value;
  }
  const { pipeline, tasks, finally: last } = seconds;
  if (pipeline === undefined) return [];
  const names = [tasks !== undefined && 'timeouts.tasks', last !== undefined && 'timeouts.finally'];
  const parts = [tasks, last].filter((value) => value !== undefined);
  const unlimited = pipeline !== 0 && parts.includes(0);
  const tooLong = pipeline !== 0 && parts.reduce((sum, value) => sum + value, 0) > pipeline;
  if (!unlimited && !tooLong) return [];
  const inside = names.filter((name) => name !== false).join(' and ');
  return [
    {
      message: unlimited
        ? `${inside} without a limit (0) do not fit into timeouts.pipeline, which has one.`
        : `${inside} add up to more than timeouts.pipeline.`,
      action: 'Raise timeouts.pipeline, or lower the others; with timeouts.pipeline: "0" none of them is limited.',
    },
  ];
}

function notDuration(field: string, value: unknown): ManifestFault {
  const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : `what timeouts.${field} has`;
  return {
    message: `timeouts.${field}: ${shown} is not a duration.`,
    action: 'Write text such as 90m, 1h30m, or "0" for no limit.',
  };
}
