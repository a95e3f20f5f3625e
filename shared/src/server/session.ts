import type {
  CallbackName,
  callbacks,
  CallbackResult,
  NotificationName,
  NotificationParams,
  RequestHandlers,
} from '../protocol/index.ts';
import type { z } from 'zod';
import type { Disposable } from '../targets/index.ts';

/** The folder beside the notebook as a host answers for it. Answers are checked by schema before anyone sees them. */
export type HostFiles = {
  readonly [Name in CallbackName]: (
    params: z.output<(typeof callbacks)[Name]['params']>,
    signal: AbortSignal,
  ) => Promise<CallbackResult<Name>>;
};

export type NotificationListener = <Name extends NotificationName>(
  name: Name,
  params: NotificationParams<Name>,
) => void;

/** One client of the core: its requests, and what it is told because of them. */
export interface CoreSession {
  readonly handlers: RequestHandlers;
  /** Calls `listener` for watches and submissions of this session only. */
  onNotification(listener: NotificationListener): Disposable;
  /** Ends the watches of this session. Runs go on. */
  dispose(): Promise<void>;
}

/** What a connection is served by: every connection has a session of its own. */
export interface SessionSource {
  /** @param hostFiles answers for folders of kind `host`; without it such folders are refused */
  openSession(hostFiles: HostFiles | undefined): CoreSession;
}
