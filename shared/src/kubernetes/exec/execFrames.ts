import * as z from 'zod';

/** Subprotocols, best first. Only v5 can end the input. */
export const execProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

export const inputChannel = 0;

export type ExecFrame =
  | { readonly channel: 'stdout' | 'stderr' | 'status'; readonly bytes: Uint8Array }
  /** Of no meaning for us: resizing, closing, later additions. */
  | { readonly channel: 'other' };

const channels = { 1: 'stdout', 2: 'stderr', 3: 'status' } as const;

/** Takes a message of an exec connection: a channel's number, then bytes. */
export function decodeExecFrame(message: Uint8Array): ExecFrame {
  const [channel] = message;
  const bytes = message.subarray(1);
  return channel === 1 || channel === 2 || channel === 3 ? { channel: channels[channel], bytes } : { channel: 'other' };
}

/** v5: the input ends. */
export const closeInputFrame: Uint8Array = Uint8Array.of(255, inputChannel);

export type ExecEnd =
  | { readonly kind: 'exited'; readonly exitCode: number }
  /** It was not started, or the node lost it. */
  | { readonly kind: 'failed'; readonly message: string };

const statusSchema = z.looseObject({
  status: z.string().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
  details: z
    .looseObject({
      causes: z.array(z.looseObject({ reason: z.string().optional(), message: z.string().optional() })).nullish(),
    })
    .nullish(),
});

/** Takes the Status that ends an exec. */
export function parseExecEnd(text: string): ExecEnd {
  const status = statusSchema.safeParse(parseJson(text)).data;
  if (status === undefined) return { kind: 'failed', message: text.slice(0, 500) };
  if (status.status === 'Success') return { kind: 'exited', exitCode: 0 };
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (status.reason === 'NonZeroExitCode' && code !== undefined && /^\d{1,3}$/.test(code)) {
    return { kind: 'exited', exitCode: Number(code) };
  }
  return { kind: 'failed', message: status.message ?? status.reason ?? 'no reason was given' };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
