import { objectsText } from '../../pipeline/index.ts';
import { secretKeys } from '../names/devEnvNames.ts';
import { renderClaim, renderPod, renderSecret, type DevEnvInput } from './objects.ts';

const withheld = '(made on the machine that creates the DevEnv; never shown)';

/** What a platform engineer asks on reading it, and the place that answers. */
const notes: readonly (readonly [path: RegExp, text: string])[] = [
  [/^metadata\.annotations$/, 'For people, and to start it again as it was asked for. Nothing is authorised by them.'],
  [
    /^stringData$/,
    'Who may log in (a line for each machine) and the host key, which is made before the pod, so that\nthe first connection can already be sure whom it talks to.',
  ],
  [/^spec\.restartPolicy$/, 'An idle DevEnv ends with 0 and stays ended; a crash starts the container again.'],
  [/^spec\.automountServiceAccountToken$/, 'Whoever logs in is not the user of the cluster, and needs no token of it.'],
];

/** The objects of a DevEnv as YAML for a platform engineer, in the order in which they are made. It holds no key. */
export function devEnvText(input: DevEnvInput): string {
  const secret = renderSecret(input, { privateKey: withheld, publicKeyLine: withheld });
  const shown = {
    ...secret,
    stringData: {
      [secretKeys.authorizedKeys]: '',
      [secretKeys.hostKey]: withheld,
      [secretKeys.hostKeyPublic]: withheld,
    },
  };
  const head = `# The DevEnv ${input.name}, as Slipway creates it.\n`;
  return objectsText([shown, renderClaim(input), renderPod(input)], head, notes);
}
