import type {
  NotificationName,
  NotificationParams,
  RequestName,
  RequestParams,
  RequestResult,
} from '../protocol/index.ts';

export interface Disposable {
  dispose(): void;
}

/** What only the host can do for a panel. Hosts check every field: in VS Code it comes out of a webview. */
export type HostAction =
  /** The run's detail. */
  | { readonly kind: 'openRun'; readonly context: string; readonly run: string }
  /** The run's log view, filtered to a step where one is given. */
  | { readonly kind: 'openLogs'; readonly context: string; readonly run: string; readonly step?: string }
  /** With the host's own viewer; HTML reports in a sandboxed frame of their own. */
  | { readonly kind: 'openArtifact'; readonly context: string; readonly run: string; readonly path: string }
  /** Saved where the user says. */
  | { readonly kind: 'saveArtifact'; readonly context: string; readonly run: string; readonly path: string }
  | { readonly kind: 'saveLog'; readonly context: string; readonly run: string }
  /** The failing cell in the user's own notebook, at the line. */
  | { readonly kind: 'openFailedCell'; readonly context: string; readonly run: string }
  /** The form, filled with the run's job: "edit and rerun". */
  | { readonly kind: 'editAndRerun'; readonly context: string; readonly run: string }
  /** YAML in an editor, not saved. */
  | { readonly kind: 'showManifest'; readonly manifest: string }
  | { readonly kind: 'copy'; readonly text: string }
  /** The panel is done: a form that was sent or given up. */
  | { readonly kind: 'close' };

/**
 * What a host gives a panel: the core, itself, and a memory. In VS Code it speaks over `postMessage`, in JupyterLab it
 * stands in the same page.
 */
export interface PanelHost {
  /** As the host names it: `en`, `zh-cn`. */
  readonly locale: string;
  /** @throws SlipwayError as the core names it; `cancelled` when `signal` aborts */
  request<Name extends RequestName>(
    name: Name,
    params: RequestParams<Name>,
    signal: AbortSignal,
  ): Promise<RequestResult<Name>>;
  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: NotificationParams<Name>) => void,
  ): Disposable;
  /**
   * Tells when the connection to the core breaks (`false`) and is there again (`true`): what was watched must be asked for
   * anew. `heardAt` (epoch ms) is as of when all is known, where that is longer ago.
   */
  onConnection(listener: (connected: boolean, heardAt?: number) => void): Disposable;
  /** @throws SlipwayError where the host cannot do it, for the panel to show */
  perform(action: HostAction): Promise<void>;
  /** What `remember` kept under this key, in an earlier window too; undefined where there is nothing. JSON values. */
  recall(key: string): Promise<unknown>;
  remember(key: string, value: unknown): Promise<void>;
}
