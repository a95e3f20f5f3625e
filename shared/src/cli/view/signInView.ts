import type { SignInPrompt, SignInStatus } from '../../protocol/index.ts';
import { formatDuration } from '../../views/index.ts';
import type { Session } from '../session.ts';
import { LiveRegion } from '../terminal/liveRegion.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { pad } from '../terminal/text.ts';

const labelColumns = 11;

interface Surroundings {
  /** Whether a browser shows the page by now. */
  readonly opened: boolean;
  /** As it was named on the command line. */
  readonly context: string | undefined;
}

/** Shows what a person has to do to sign in, and how much time is left for it, counted down in place. */
export class SignInView {
  readonly #session: Session;
  readonly #region: LiveRegion | undefined;
  #timer: { dispose(): void } | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#region = session.canPaint(session.out) ? new LiveRegion(session.out, session.io) : undefined;
  }

  show(prompt: SignInPrompt, around: Surroundings): void {
    this.dispose();
    this.#session.out.writeLines(promptLines(prompt, around));
    this.#countDown(prompt.expiresAt);
  }

  /** Takes the countdown away. */
  dispose(): void {
    this.#timer?.dispose();
    this.#timer = undefined;
    this.#region?.clear();
  }

  #countDown(expiresAt: number): void {
    const region = this.#region;
    if (region === undefined) return;
    const { io } = this.#session;
    const paint = (): void => {
      const left = formatDuration(Math.max(0, Math.ceil((expiresAt - io.now()) / 1000) * 1000));
      region.update([[toned('dim', label('waiting')), toned('dim', `${left} left; Ctrl-C gives up`)]]);
    };
    paint();
    this.#timer = io.every(1000, paint);
  }
}

/** The address and the code as they can be copied: whole, however narrow the terminal is. */
export function promptLines(prompt: SignInPrompt, { opened, context }: Surroundings): Line[] {
  if (prompt.kind === 'open') {
    const how = opened ? 'opened in your browser' : 'open this address in a browser on this machine';
    const named = context === undefined ? '' : ` --context ${oneLine(context)}`;
    const hint = opened ? [] : [hintLine(`without one here: slipway login --device${named}`)];
    return [[toned('strong', label('sign in')), plain(oneLine(prompt.url))], hintLine(how), ...hint];
  }
  const { userCode, verificationUri, verificationUriComplete } = prompt;
  return [
    [toned('strong', label('code')), toned('accent', oneLine(userCode))],
    [toned('strong', label('enter at')), plain(oneLine(verificationUri))],
    ...(verificationUriComplete === undefined
      ? []
      : [[toned('strong', label('or open')), plain(oneLine(verificationUriComplete))]]),
    hintLine('in any browser, on any device'),
  ];
}

/** Who signed in, and where that is kept. */
export function signedInLines(status: SignInStatus): Line[] {
  const { user = 'somebody', groups = [], storage } = status;
  const who = oneLine(groups.length === 0 ? user : `${user} (${groupWords(groups)})`);
  return [[plain(`signed in as ${who}`)], ...(storage === undefined ? [] : [[toned('dim', storageWords[storage])]])];
}

/** `groups ds-team, admins and 12 more` */
export function groupWords(groups: readonly string[]): string {
  const shown = groups.slice(0, 5).join(', ');
  const more = groups.length > 5 ? ` and ${groups.length - 5} more` : '';
  return oneLine(`${groups.length === 1 ? 'group' : 'groups'} ${shown}${more}`);
}

const storageWords = {
  keyring: 'kept in the keyring of this machine until "slipway logout"',
  file: 'kept in a file that only you may read until "slipway logout"',
  memory: 'kept in memory only: it ends with this command',
} as const;

function hintLine(text: string): Line {
  return [plain(label('')), toned('dim', text)];
}

function label(text: string): string {
  return pad(text, labelColumns);
}
