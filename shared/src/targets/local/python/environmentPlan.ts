import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { SlipwayError } from '../../../protocol/index.ts';
import { submitterEnvironment } from '../supervisor/stepEnvironment.ts';

/** What decides the environment of a run; read by the steps' helper `environment.py`. */
export interface EnvironmentRequest {
  /** Absolute path of the folder with the built environments. */
  readonly environments: string;
  readonly base: 'interpreter' | 'isolated';
  readonly runs: 'notebook' | 'command';
  readonly tests: boolean;
  readonly language: string | null;
  /** Content of the requirements file. */
  readonly requirements: string | null;
  /** Where that file lies, for the local files that it names. */
  readonly folder: string | null;
}

const environmentPlanSchema = z.object({
  mode: z.enum(['asIs', 'reused', 'toBuild']),
  /** The interpreter that the steps will use. */
  path: z.string(),
  interpreterVersion: z.string(),
  /** Requirement lines of the tools that it lacks. */
  missing: z.array(z.string()),
});
export type EnvironmentPlan = z.infer<typeof environmentPlanSchema>;

/** Asks whether an environment has to be built for a run; changes nothing. */
export type PlanEnvironment = (
  interpreter: string,
  request: EnvironmentRequest,
  signal: AbortSignal,
) => Promise<EnvironmentPlan>;

const planLimitMs = 30_000;
const maxAnswerBytes = 1024 * 1024;

/**
 * Asks the steps' own helper, so that what is shown before the run is what `prepare` then does.
 * @param stepsDir absolute path of the step scripts
 */
export function planByHelper(stepsDir: string, env: Readonly<Record<string, string | undefined>>): PlanEnvironment {
  const script = join(stepsDir, 'slipway_steps', 'environment.py');
  return async (interpreter, request, signal) => {
    // With the interpreter's site-packages, because they are what it is asked about.
    const { code, output, errors } = await runWithInput(
      interpreter,
      [script, 'plan'],
      JSON.stringify(request),
      env,
      signal,
    );
    if (code === 0) return parseAnswer(interpreter, output);
    const lines = errors.trim().split('\n');
    const why = lines.find((line) => line.startsWith('Fatal Python error')) ?? lines.at(-1) ?? '';
    // 1 is the helper's own refusal, and its last line a sentence for people. Python that cannot start ends with 1 too.
    if (code === 1 && !/Traceback|Fatal Python error/.test(errors)) {
      throw new SlipwayError('spec.invalid', `No environment can be made for this run: ${why}.`, {
        action: 'Change the requirements file.',
      });
    }
    throw helperFailed(interpreter, why);
  };
}

function parseAnswer(interpreter: string, output: string): EnvironmentPlan {
  try {
    return environmentPlanSchema.parse(JSON.parse(output));
  } catch (error) {
    throw helperFailed(interpreter, 'its answer cannot be read', error);
  }
}

function helperFailed(interpreter: string, why: string, cause?: unknown): SlipwayError {
  return new SlipwayError('python.unusable', `The Python ${interpreter} could not run Slipway's helper: ${why}.`, {
    action: 'Name another Python with python: in the job spec, or "managed" to let Slipway keep one.',
    cause,
  });
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function runWithInput(
  program: string,
  args: readonly string[],
  input: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: '/',
      env: submitterEnvironment(env),
      signal,
      timeout: planLimitMs,
      killSignal: 'SIGKILL',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const collected = { output: '', errors: '' };
    for (const [name, stream] of [['output', child.stdout] as const, ['errors', child.stderr] as const]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        if (collected[name].length < maxAnswerBytes) collected[name] += text;
      });
    }
    // A helper that ends without reading everything breaks the pipe; how it ended tells more.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...collected }));
  });
}
