import { type ClusterRequest, requestWords, SlipwayError } from '../protocol/index.ts';
import { plain, toned, type Line } from './terminal/line.ts';
import { textLines } from './terminal/sanitize.ts';
import { pad, wrap } from './terminal/text.ts';

const labelColumns = 8;

/** What happened and why, what to do, and what was asked of a cluster: the shape in which every error is told. */
export function errorLines(error: unknown, width: number): Line[] {
  const { message, action, request } = describeError(error);
  return [
    ...failureLines({ message, action }, width, SlipwayError.is(error, 'cancelled')),
    ...(request === undefined ? [] : labelled('asked', 'dim', requestWords(request), width)),
  ];
}

/** The same for a failure that is only told of. @param asked it is what the person asked for, and no error */
export function failureLines(
  { message, action }: { readonly message: string; readonly action?: string | undefined },
  width: number,
  asked = false,
): Line[] {
  const first = asked
    ? textLines(message).map((text): Line => [plain(text)])
    : labelled('error', 'bad', message, width);
  return [...first, ...(action === undefined ? [] : labelled('fix', 'strong', action, width))];
}

/** The same for programs. */
export function errorJson(error: unknown): {
  error: { code: string; message: string; action: string | null; request?: ClusterRequest };
} {
  const { code, message, action, request } = describeError(error);
  return { error: { code, message, action: action ?? null, ...(request === undefined ? {} : { request }) } };
}

function describeError(error: unknown): Pick<SlipwayError, 'message' | 'action' | 'request'> & { code: string } {
  if (SlipwayError.is(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    message: `slipway failed in a way that it should not: ${message}`,
    action: 'Please report it, with the output of the same command and SLIPWAY_DEBUG=1.',
    request: undefined,
  };
}

function labelled(label: string, tone: 'bad' | 'strong' | 'dim', text: string, width: number): Line[] {
  return textLines(text)
    .flatMap((line) => wrap(line, width - labelColumns))
    .map((part, index) => [
      index === 0 ? toned(tone, pad(label, labelColumns)) : plain(' '.repeat(labelColumns)),
      plain(part),
    ]);
}
