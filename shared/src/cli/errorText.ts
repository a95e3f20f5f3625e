import { SlipwayError } from '../protocol/index.ts';
import { plain, toned, type Line } from './terminal/line.ts';
import { textLines } from './terminal/sanitize.ts';
import { pad, wrap } from './terminal/text.ts';

const labelColumns = 8;

/** What happened and why, then what to do: the shape in which every error is told. */
export function errorLines(error: unknown, width: number): Line[] {
  const { message, action } = describeError(error);
  return failureLines({ message, action }, width, SlipwayError.is(error, 'cancelled'));
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
export function errorJson(error: unknown): { error: { code: string; message: string; action: string | null } } {
  const { code, message, action } = describeError(error);
  return { error: { code, message, action: action ?? null } };
}

function describeError(error: unknown): { code: string; message: string; action: string | undefined } {
  if (SlipwayError.is(error)) return { code: error.code, message: error.message, action: error.action };
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    message: `slipway failed in a way that it should not: ${message}`,
    action: 'Please report it, with the output of the same command and SLIPWAY_DEBUG=1.',
  };
}

function labelled(label: string, tone: 'bad' | 'strong', text: string, width: number): Line[] {
  return textLines(text)
    .flatMap((line) => wrap(line, width - labelColumns))
    .map((part, index) => [
      index === 0 ? toned(tone, pad(label, labelColumns)) : plain(' '.repeat(labelColumns)),
      plain(part),
    ]);
}
