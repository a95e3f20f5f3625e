import type { NotificationName, NotificationParams, Submission } from '@slipway/shared/protocol';

/** Which panel a webview shows, and of what. */
export type PanelShown =
  | { readonly element: 'slipway-run-detail'; readonly context: string; readonly run: string }
  | { readonly element: 'slipway-log-view'; readonly context: string; readonly run: string; readonly step?: string }
  | {
      readonly element: 'slipway-run-form';
      readonly contexts: readonly string[];
      readonly submission?: Submission;
      readonly rerun?: { readonly context: string; readonly run: string };
    };

/** What the extension sends to a webview. It is believed: only the extension can send there. */
export type HostMessage =
  | { readonly type: 'show'; readonly shown: PanelShown; readonly locale: string; readonly connected: boolean }
  | { readonly type: 'answer'; readonly id: number; readonly result: unknown }
  | {
      readonly type: 'refusal';
      readonly id: number;
      readonly error: { readonly code: string; readonly message: string; readonly action?: string };
    }
  | {
      readonly type: 'notification';
      readonly name: NotificationName;
      readonly params: NotificationParams<NotificationName>;
    }
  | { readonly type: 'connection'; readonly connected: boolean };
