import { runCommand } from '../../kubernetes/index.ts';
import { devEnvContainer } from '../names/index.ts';
import type { SecretPlace } from './loginSecret.ts';

/** Where the image keeps the copy that its sshd reads. */
const copy = '/run/slipway/private/authorized_keys';
/** The image copies a changed Secret within seconds: longer it is not waited for, ms. */
const patienceMs = 10_000;
const lookMs = 250;
/** As much as a Secret holds. */
const maxStdoutBytes = 1_048_576;

/**
 * Waits until a pod that runs goes by these keys, so that whoever logs in next is let in. Where nothing runs, or one may not look,
 * there is nothing to wait for: the keys are taken over at the start, or within a minute.
 */
export async function untilInForce(
  { api, clock, name }: SecretPlace,
  authorizedKeys: string,
  signal: AbortSignal,
): Promise<void> {
  const request = {
    namespace: api.cluster.namespace,
    pod: name,
    container: devEnvContainer,
    command: ['cat', copy],
    maxStdoutBytes,
    maxStderrBytes: 1_024,
  };
  const end = clock.now() + patienceMs;
  while (clock.now() < end) {
    try {
      const { exitCode, stdout } = await runCommand(api, request, signal);
      if (exitCode !== 0 || Buffer.from(stdout).toString('utf8') === authorizedKeys) return;
    } catch {
      signal.throwIfAborted();
      return;
    }
    await clock.sleep(lookMs, signal);
  }
}
