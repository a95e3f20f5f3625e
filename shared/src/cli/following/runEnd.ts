import { failedStepOf, SlipwayError, type LogBatch, type Run, type Step } from '../../protocol/index.ts';
import type { CliCore } from '../cliCore.ts';
import { errorText, type RunEnd } from '../view/verdictView.ts';

/** Logs longer than this are not searched for the line of the error. */
const searchedBytes = 4 * 1024 * 1024;

/** Collects what the verdict of an ended run is shown with; the verdict stands also where that cannot be read. */
export async function readRunEnd(core: CliCore, run: Run, signal: AbortSignal): Promise<RunEnd> {
  try {
    return await readAll(core, run, signal);
  } catch (error) {
    if (signal.aborted || !SlipwayError.is(error)) throw error;
    return { artifacts: [], tests: undefined, logLine: undefined, unread: error };
  }
}

async function readAll(core: CliCore, run: Run, signal: AbortSignal): Promise<RunEnd> {
  const ref = { run: run.name, context: run.context };
  const failed = failedStepOf(run);
  const { artifacts } = await core.handlers['artifacts/list'](ref, signal);
  const tests = failed?.name === 'test' ? await core.handlers['artifacts/tests'](ref, signal) : null;
  const logLine = failed === undefined ? undefined : await findLogLine(core, run, failed, signal);
  return { artifacts, tests: tests ?? undefined, logLine };
}

/** 1-based number of the line of the failed step's log that says the error; undefined where there is none, or too much log. */
async function findLogLine(core: CliCore, run: Run, step: Step, signal: AbortSignal): Promise<number | undefined> {
  if (run.failedCell === undefined) return undefined;
  const wanted = errorText(run.failedCell);
  let position = '';
  let text = '';
  for (;;) {
    const page = await core.handlers['logs/read'](
      { run: run.name, context: run.context, steps: [step.name], position, maxBytes: 1024 * 1024 },
      signal,
    );
    text += page.batches.map(batchText).join('');
    if (text.length > searchedBytes) return undefined;
    if (page.end || page.batches.length === 0) break;
    position = page.next;
  }
  const at = text.indexOf(wanted);
  return at < 0 ? undefined : text.slice(0, at).split('\n').length;
}

function batchText(batch: LogBatch): string {
  return batch.encoding === 'utf8' ? batch.data : Buffer.from(batch.data, 'base64').toString('utf8');
}
