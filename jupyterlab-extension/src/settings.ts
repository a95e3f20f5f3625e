import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/** The person's settings, as the schema names them. */
export interface Settings {
  /** The context that the button runs in: the chosen one while it is there, else the current one of this person. */
  readonly context: string;
  chooseContext(context: string): Promise<void>;
  /** Whether the detail of a run opens when it was submitted. */
  readonly openRunDetail: boolean;
}

export const pluginId = '@slipway/jupyterlab:plugin';

/** What is known of contexts. */
export interface KnownContexts {
  /** Their names; none before the core was asked. */
  readonly names: () => readonly string[];
  readonly current: () => string | undefined;
}

/** Reads settings live; without a registry the defaults hold, and a chosen context for as long as the page is there. */
export async function loadSettings(
  registry: ISettingRegistry | undefined,
  contexts: KnownContexts,
  onChange: () => void,
): Promise<Settings> {
  const loaded = await registry?.load(pluginId);
  loaded?.changed.connect(onChange);
  let chosen = '';
  return {
    get context() {
      const value = loaded?.get('context').composite;
      const wanted = typeof value === 'string' && value !== '' ? value : chosen;
      const names = contexts.names();
      const isThere = wanted !== '' && (names.length === 0 || names.includes(wanted));
      return isThere ? wanted : (contexts.current() ?? 'local');
    },
    get openRunDetail() {
      return loaded?.get('openRunDetail').composite !== false;
    },
    chooseContext: async (context) => {
      chosen = context;
      await loaded?.set('context', context);
      onChange();
    },
  };
}
