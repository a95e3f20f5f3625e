import type {
  Check,
  DevEnv,
  DevEnvHop,
  NotificationName,
  NotificationParams,
  RequestName,
  RequestResult,
  Run,
  RunPlan,
  Step,
  Task,
  TransferOutcome,
} from '../protocol/index.ts';
import { SlipwayError } from '../protocol/index.ts';
import { chineseClusterErrors } from './chinese/clusterErrors.ts';
import { chineseContexts } from './chinese/contexts.ts';
import { chineseDevEnvHops } from './chinese/devEnvHops.ts';
import { chineseDevEnvJobs } from './chinese/devEnvJobs.ts';
import { chineseDevEnvLifecycle } from './chinese/devEnvLifecycle.ts';
import { chineseDevEnvSsh } from './chinese/devEnvSsh.ts';
import { chineseDevEnvs } from './chinese/devEnvs.ts';
import { chineseTransfers } from './chinese/transfers.ts';
import { chineseJobErrors } from './chinese/jobErrors.ts';
import { chineseRunErrors } from './chinese/runErrors.ts';
import { chineseRuns } from './chinese/runs.ts';
import { chineseSignIn } from './chinese/signIn.ts';
import { chineseSteps } from './chinese/steps.ts';
import { chineseWaiting } from './chinese/waiting.ts';
import { createTranslator, type Table, type Translator } from './translator.ts';

/** Words what the core sends to a client in that client's language; what it has no words for stays English. */
export interface Localizer {
  result<Name extends RequestName>(name: Name, result: RequestResult<Name>): RequestResult<Name>;
  notification<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): NotificationParams<Name>;
  error(error: SlipwayError): SlipwayError;
}

/** All sentences in Simplified Chinese. */
export const chineseTables: readonly Table[] = [
  chineseWaiting,
  chineseSteps,
  chineseRuns,
  chineseClusterErrors,
  chineseJobErrors,
  chineseRunErrors,
  chineseContexts,
  chineseSignIn,
  chineseDevEnvs,
  chineseTransfers,
  chineseDevEnvLifecycle,
  chineseDevEnvSsh,
  chineseDevEnvJobs,
  chineseDevEnvHops,
];

let chinese: Localizer | undefined;

/** @param locale as hosts name it: `zh-cn`, `zh_CN`, `zh-Hans`; undefined for English, which needs no other words */
export function localizerFor(locale: string | undefined): Localizer | undefined {
  if (!/^zh([-_](cn|sg|hans.*))?$/i.test(locale ?? '')) return undefined;
  chinese ??= new TableLocalizer(createTranslator(chineseTables));
  return chinese;
}

type Say = (text: string) => string;

class TableLocalizer implements Localizer {
  readonly #say: Say;

  constructor(translator: Translator) {
    this.#say = (text) => translator.translate(text) ?? text;
  }

  result<Name extends RequestName>(name: Name, result: RequestResult<Name>): RequestResult<Name> {
    return results[name]?.(result, this.#say) ?? result;
  }

  notification<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): NotificationParams<Name> {
    return notifications[name]?.(params, this.#say) ?? params;
  }

  error(error: SlipwayError): SlipwayError {
    const action = error.action === undefined ? {} : { action: this.#say(error.action) };
    return new SlipwayError(error.code, this.#say(error.message), { ...action, cause: error });
  }
}

/** Results in which the core speaks to people. */
const results: {
  readonly [Name in RequestName]?: (result: RequestResult<Name>, say: Say) => RequestResult<Name>;
} = {
  'jobs/plan': planIn,
  'runs/submit': runIn,
  'runs/submitManifest': runIn,
  'runs/get': runIn,
  'runs/cancel': runIn,
  'runs/rerun': runIn,
  'runs/retry': runIn,
  'contexts/list': ({ contexts, problem }, say) => ({
    contexts: contexts.map((context) => ({ ...context, signIn: withReason(context.signIn, say) })),
    ...(problem !== undefined && { problem: saidFailure(problem, say) }),
  }),
  'contexts/import': ({ contexts, notes }, say) => ({ contexts, notes: notes.map(say) }),
  'identity/signIn': withReason,
  'identity/signOut': ({ note, ...rest }, say) => ({ ...rest, note: say(note) }),
  'identity/whoami': ({ checks, failure, ...rest }, say) => ({
    ...rest,
    checks: checks.map((check) => checkIn(check, say)),
    ...(failure !== undefined && { failure: saidFailure(failure, say) }),
  }),
  'identity/spaces': ({ spaces, notes }, say) => ({ spaces, notes: notes.map(say) }),
  'devenvs/list': ({ devEnvs, problems }, say) => ({
    devEnvs: devEnvs.map((devEnv) => devEnvIn(devEnv, say)),
    problems: problems.map(({ context, ...problem }) => ({ context, ...saidFailure(problem, say) })),
  }),
  'devenvs/get': devEnvIn,
  'devenvs/create': devEnvIn,
  'devenvs/start': devEnvIn,
  'devenvs/stop': devEnvIn,
  'devenvs/restart': devEnvIn,
  'devenvs/resize': devEnvIn,
  'devenvs/test': ({ hops }, say) => ({ hops: hops.map((hop) => hopIn(hop, say)) }),
  'transfer/upload': outcomeIn,
  'transfer/download': outcomeIn,
  'runs/list': ({ runs }, say) => ({ runs: runs.map((run) => runIn(run, say)) }),
};

const notifications: {
  readonly [Name in NotificationName]?: (params: NotificationParams<Name>, say: Say) => NotificationParams<Name>;
} = {
  'run/changed': ({ run, ...rest }, say) => ({ ...rest, run: runIn(run, say) }),
  'context/changed': (params, say) => withReason(params, say),
  'identity/changed': ({ context, signIn }, say) => ({ context, signIn: withReason(signIn, say) }),
  'devenv/changed': ({ watch, devEnv }, say) => ({ watch, devEnv: devEnvIn(devEnv, say) }),
  'devenv/context': (params, say) => withReason(params, say),
  'devenv/progress': ({ text, ...rest }, say) => ({ ...rest, text: say(text) }),
  'devenv/hop': ({ id, hop }, say) => ({ id, hop: hopIn(hop, say) }),
  'transfer/progress': ({ id, progress }, say) => ({
    id,
    progress: { ...progress, ...(progress.waiting !== undefined && { waiting: say(progress.waiting) }) },
  }),
  'submit/progress': ({ text }, say) => ({ text: say(text) }),
};

function checkIn(check: Check, say: Say): Check {
  return { ...check, detail: say(check.detail), ...(check.fix !== undefined && { fix: say(check.fix) }) };
}

function hopIn(hop: DevEnvHop, say: Say): DevEnvHop {
  return { ...hop, detail: say(hop.detail), ...(hop.fix !== undefined && { fix: say(hop.fix) }) };
}

function outcomeIn(outcome: TransferOutcome, say: Say): TransferOutcome {
  return { ...outcome, skipped: outcome.skipped.map(({ path, reason }) => ({ path, reason: say(reason) })) };
}

function saidFailure(failure: { message: string; action?: string | undefined }, say: Say) {
  return {
    message: say(failure.message),
    ...(failure.action !== undefined && { action: say(failure.action) }),
  };
}

function devEnvIn(devEnv: DevEnv, say: Say): DevEnv {
  const { action, lastEnd } = devEnv;
  return {
    ...withReason(devEnv, say),
    ...(action !== undefined && { action: say(action) }),
    ...(lastEnd !== undefined && { lastEnd: { ...lastEnd, reason: say(lastEnd.reason) } }),
  };
}

function runIn(run: Run, say: Say): Run {
  return {
    ...withReason(run, say),
    steps: run.steps.map((step) => stepIn(step, say)),
    ...(run.tasks !== undefined && { tasks: run.tasks.map((task): Task => withReason(task, say)) }),
  };
}

function stepIn(step: Step, say: Say): Step {
  return step.note === undefined ? withReason(step, say) : { ...withReason(step, say), note: say(step.note) };
}

function withReason<Said extends { readonly reason?: string | undefined }>(said: Said, say: Say): Said {
  return said.reason === undefined ? said : { ...said, reason: say(said.reason) };
}

function planIn(plan: RunPlan, say: Say): RunPlan {
  const { python, cluster, companions } = plan;
  return {
    ...plan,
    ...(python !== undefined && { python: { ...python, explanation: say(python.explanation) } }),
    ...(cluster !== undefined && {
      cluster: { ...cluster, volume: say(cluster.volume), inputs: say(cluster.inputs) },
    }),
    companions: {
      ...companions,
      ignored: companions.ignored.map(({ path, reason }) => ({ path, reason: say(reason) })),
      warnings: companions.warnings.map(say),
    },
    warnings: plan.warnings.map(say),
  };
}
