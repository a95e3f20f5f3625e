import { SlipwayError } from '../../protocol/index.ts';
import type { ExecSession } from '../exec/index.ts';
import { AnswerCut } from './answerReader.ts';

/** A program in a container that speaks with us over its standard input and output. */
export interface RemoteProgram {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly string[];
}

/** Why an answer did not come, or made no sense: what the connection or the program says itself, where it does. */
export async function programFailure(error: unknown, session: ExecSession, doing: string): Promise<SlipwayError> {
  if (error instanceof SlipwayError) return error;
  if (error instanceof AnswerCut) {
    try {
      const { exitCode } = await session.exited;
      const said = session.stderr().trim().split('\n').at(-1) ?? '';
      if (exitCode === 0 && said === '') return lostAnswer(doing);
      return new SlipwayError(
        'cluster.protocol',
        `The program for the ${doing} ended with exit code ${exitCode}${said === '' ? '' : `: ${said.slice(0, 300)}`}.`,
        { action: 'Check that the image has Python 3.9 or newer.' },
      );
    } catch (lost) {
      if (lost instanceof SlipwayError) return lost;
    }
  }
  return new SlipwayError('cluster.protocol', `The program for the ${doing} gave an answer that was not understood.`, {
    action: 'Check that the image prints nothing when a program starts in it.',
    cause: error,
  });
}

/**
 * A program with no answer has not ended well: the API server tells of exit code 0 where its connection to the node breaks, too
 * (client-go's `watchErrorStream` takes an end without a status for success).
 */
function lostAnswer(doing: string): SlipwayError {
  return new SlipwayError(
    'cluster.unreachable',
    `The connection to the program for the ${doing} broke before it answered.`,
    {
      action: 'Try again; if it stays so, check the network and whether the pod still runs.',
    },
  );
}
