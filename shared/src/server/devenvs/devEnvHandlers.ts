import type { NotificationName, NotificationParams, RequestHandlers } from '../../protocol/index.ts';
import type { CoreEnvironment } from '../core.ts';
import type { CoreServices } from '../coreServices.ts';
import { activityHandlers, type ActivityHandlers } from './activityHandlers.ts';
import { connectionHandlers, type ConnectionHandlers } from './connectionHandlers.ts';
import { jobHandlers, type JobHandlers } from './jobHandlers.ts';
import { jupyterHandlers, type JupyterHandlers } from './jupyterHandlers.ts';
import { lifecycleHandlers, type LifecycleHandlers } from './lifecycleHandlers.ts';
import { transferHandlers, type TransferHandlers } from './transferHandlers.ts';

/** What handlers about DevEnvs get of the session that they answer. */
export interface DevEnvSession {
  readonly services: CoreServices;
  readonly environment: CoreEnvironment;
  notify<Name extends NotificationName>(name: Name, params: NotificationParams<Name>): void;
  /** Called when the session ends. */
  onEnd(end: () => void): void;
}

export type DevEnvHandlers = LifecycleHandlers &
  ActivityHandlers &
  ConnectionHandlers &
  JobHandlers &
  JupyterHandlers &
  TransferHandlers;

/** Everything about DevEnvs; each handler loads what it needs when it is first asked. */
export function devEnvHandlers(session: DevEnvSession): DevEnvHandlers & Partial<RequestHandlers> {
  return {
    ...lifecycleHandlers(session),
    ...activityHandlers(session),
    ...connectionHandlers(session),
    ...jobHandlers(session),
    ...jupyterHandlers(session),
    ...transferHandlers(session),
  };
}
