import type { RequestResult, Space } from '../../protocol/index.ts';
import { exitCodes } from '../exitCodes.ts';
import { printJson } from '../following/startedRun.ts';
import type { OutputFormat, Session } from '../session.ts';
import { plain, toned, type Line } from '../terminal/line.ts';
import { oneLine } from '../terminal/sanitize.ts';
import { displayWidth, pad } from '../terminal/text.ts';
import { currentContext } from './currentContext.ts';

/** `slipway context spaces`: the namespaces that this person may use, to choose one. */
export async function listSpaces(session: Session, named: string | undefined, format: OutputFormat): Promise<number> {
  const context = await currentContext(session, named);
  const core = await session.core();
  const answer = await core.handlers['identity/spaces']({ context }, session.signal);
  if (format === 'json') printJson(session, answer);
  else session.out.writeLines(spaceLines(answer));
  await session.out.drained();
  return exitCodes.passed;
}

/** One line a space: what may be done there, what quotas leave, and the GPUs. */
export function spaceLines({ spaces, notes }: RequestResult<'identity/spaces'>): Line[] {
  const rows = spaces.map((space) => [oneLine(space.name), rightsWords(space), quotaWords(space), gpuWords(space)]);
  const widths = [0, 1, 2].map((column) => Math.max(0, ...rows.map((row) => displayWidth(row[column] ?? ''))));
  return [
    ...rows.map((row, index): Line => {
      const [name = '', rights = '', quota = '', gpus = ''] = row;
      const space = spaces[index];
      return [
        toned('accent', space?.current === true ? '* ' : '  '),
        toned('strong', pad(name, (widths[0] ?? 0) + 2)),
        toned(space?.missing.length === 0 ? 'good' : 'warn', pad(rights, (widths[1] ?? 0) + 2)),
        plain(`${pad(quota, (widths[2] ?? 0) + (quota === '' && widths[2] === 0 ? 0 : 2))}${gpus}`),
      ];
    }),
    ...(spaces.length === 0 ? [[plain('no space in which you may run anything')]] : []),
    ...notes.map((note): Line => [toned('dim', oneLine(note))]),
  ];
}

function rightsWords({ allowed, asked, missing }: Space): string {
  if (missing.length === 0) return 'may run';
  if (allowed === 0) return 'may do nothing';
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : '';
  return `${allowed} of ${asked} rights, not ${oneLine(missing[0] ?? '')}${more}`;
}

/** What is nearest to its end first, and no more than three. */
function quotaWords({ quota }: Space): string {
  return quota
    .slice(0, 3)
    .map(({ resource, used, hard }) => oneLine(`${resource.replace(/^requests\./, '')} ${used} of ${hard}`))
    .join(', ');
}

function gpuWords({ gpus, gpusFree }: Space): string {
  if (gpus === undefined) return '';
  return gpusFree === undefined ? `${gpus} GPUs` : `${gpusFree} of ${gpus} GPUs free`;
}
