import type { ISettingRegistry } from '@jupyterlab/settingregistry';

/** The person's settings, as the schema names them. */
export interface Settings {
  /** The context that the button runs in. */
  readonly context: string;
  chooseContext(context: string): Promise<void>;
  /** Whether the detail of a run opens when it was submitted. */
  readonly openRunDetail: boolean;
}

export const pluginId = '@slipway/jupyterlab:plugin';

/** Reads settings live; without a registry the defaults hold, and a chosen context for as long as the page is there. */
export async function loadSettings(registry: ISettingRegistry | undefined, onChange: () => void): Promise<Settings> {
  const loaded = await registry?.load(pluginId);
  loaded?.changed.connect(onChange);
  let chosen = 'local';
  return {
    get context() {
      const value = loaded?.get('context').composite;
      return typeof value === 'string' && value !== '' ? value : chosen;
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
