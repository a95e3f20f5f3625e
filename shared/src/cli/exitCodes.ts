import { SlipwayError, type ErrorCode, type RunState } from '../protocol/index.ts';

/** What `slipway` exits with. Stable: scripts branch on it. */
export const exitCodes = { passed: 0, failed: 1, usage: 2, cancelled: 3, couldNotSubmit: 4 } as const;

export const exitCodesHelp = `Exit codes:
  0  passed
  1  the run failed, timed out or was lost
  2  the input is wrong: option, notebook, parameter, job spec, run name
  3  cancelled, or left with a second Ctrl-C
  4  it could not be started: Python, kernel, disk, cluster`;

/** Exit code of a run that has ended. A run that goes on counts as passed: it was only started. */
export function exitCodeOfRun(state: RunState): number {
  switch (state) {
    case 'failed':
    case 'timedOut':
    case 'lost':
      return exitCodes.failed;
    case 'cancelled':
      return exitCodes.cancelled;
    default:
      return exitCodes.passed;
  }
}

/** The machine or a peer is at fault, not what was asked. */
const machineCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'kernel.unknown',
  'python.unusable',
  'disk.full',
  'disk.denied',
  'supervisor.failed',
  'credentials.failed',
  'signIn.required',
  'signIn.failed',
  'signIn.denied',
  'signIn.timeout',
  'issuer.unreachable',
  'issuer.untrusted',
  'issuer.invalid',
  'vault.refused',
  'devenv.failed',
  'ssh.config',
  'ssh.missing',
  'ssh.hostKey',
  'ssh.refused',
  'ssh.lost',
  'devenv.failed',
  'cluster.unreachable',
  'cluster.untrusted',
  'cluster.unauthorized',
  'cluster.forbidden',
  'cluster.notFound',
  'cluster.conflict',
  'cluster.refused',
  'cluster.gone',
  'cluster.quota',
  'cluster.busy',
  'cluster.protocol',
  'protocol.version',
  'protocol.invalid',
  'protocol.unauthorized',
  'internal',
]);

export function exitCodeOfError(error: unknown): number {
  if (!SlipwayError.is(error) || machineCodes.has(error.code)) return exitCodes.couldNotSubmit;
  return error.code === 'cancelled' ? exitCodes.cancelled : exitCodes.usage;
}
