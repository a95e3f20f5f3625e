import type { RequestResult } from '../../protocol/index.ts';
import { formatDuration } from '../../views/index.ts';
import { failureLines } from '../errorText.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { pad } from '../terminal/text.ts';
import { checkLines } from '../view/checkView.ts';
import { groupWords } from '../view/signInView.ts';
import { currentContext } from './currentContext.ts';

type Whoami = RequestResult<'identity/whoami'>;

const labelColumns = 19;

/** `slipway whoami`: who the cluster thinks you are, beside who the identity provider says. Fails where the cluster does not know. */
export async function whoami(session: Session, named: string | undefined, format: OutputFormat): Promise<number> {
  const context = await currentContext(session, named);
  const core = await session.core();
  const answer = await core.handlers['identity/whoami']({ context }, session.signal);
  if (format === 'json') printJson(session, answer);
  else session.out.writeLines(whoamiLines(session, answer));
  await session.out.drained();
  return answer.failure === undefined ? exitCodes.passed : exitCodes.couldNotSubmit;
}

function whoamiLines(session: Session, { provider, cluster, failure, checks }: Whoami): Line[] {
  const width = session.widthOf(session.out);
  const lines: Line[] = [];
  if (provider !== undefined) {
    const { user, groups, issuer, tokenExpiresAt } = provider;
    const left = formatDuration(Math.max(0, tokenExpiresAt - session.io.now()));
    lines.push(
      labelled('identity provider', personWords(user, groups)),
      labelled('', `${oneLine(issuer)}, token good for ${left}`),
    );
  }
  if (cluster !== undefined) lines.push(labelled('cluster', personWords(cluster.user, cluster.groups)));
  if (failure === undefined) return lines;
  const { message, action } = failure;
  return [
    ...lines,
    labelled('cluster', 'does not know you'),
    ...failureLines({ message, action }, width),
    ...checkLines(checks, width),
  ];
}

/** `alice (groups ds-team)`; groups of the system itself say nothing of a person. */
function personWords(user: string, groups: readonly string[]): string {
  const own = groups.filter((group) => !group.startsWith('system:'));
  return own.length === 0 ? oneLine(user) : `${oneLine(user)} (${groupWords(own)})`;
}

function labelled(label: string, text: string): Line {
  return [toned('strong', pad(label, labelColumns)), plain(text)];
}
