import { InputDialog } from '@jupyterlab/apputils';
import type { DevEnv } from '@slipway/shared/protocol';
import { SlipwayError } from '@slipway/shared/protocol';
import { shownText } from '@slipway/shared/views';
import type { DevEnvAction, DevEnvTarget } from '../devEnvPage.ts';
import { showConnection } from './connectionDialog.tsx';
import type { DevEnvActions } from './devEnvActions.ts';
import { showDevices } from './devicesDialog.tsx';
import { showHops } from './hopsDialog.tsx';
import { LongCommands } from './longCommands.ts';
import { openJupyter } from './openJupyter.ts';
import type { RoomState } from './roomState.ts';
import { suits } from './suits.ts';
import { Transfers } from './transfers.ts';

/** Does what a menu, the palette or a row asks for, with the DevEnv that is meant. */
export interface Performer {
  readonly offersRow: (action: DevEnvAction) => boolean;
  readonly perform: (action: DevEnvAction, target: DevEnvTarget) => Promise<void>;
  /** Failures are told, never thrown. */
  readonly performOn: (action: DevEnvAction, devEnv: DevEnv) => void;
}

export function performer(state: RoomState, actions: DevEnvActions): Performer {
  const { page, store, words } = state;
  const transfers = new Transfers(state);
  const commands = new LongCommands(state, actions);
  const works: Readonly<Record<Exclude<DevEnvAction, 'create'>, (devEnv: DevEnv) => Promise<void>>> = {
    start: (devEnv) => actions.start(devEnv),
    stop: (devEnv) => actions.stop(devEnv),
    restart: (devEnv) => actions.restart(devEnv),
    keep: (devEnv) => actions.keepRunning(devEnv),
    connect: (devEnv) => showConnection(state, devEnv),
    test: (devEnv) => showHops(state, devEnv),
    jupyter: (devEnv) => openJupyter(state, devEnv),
    devices: (devEnv) => showDevices(state, devEnv),
    run: (devEnv) => commands.run(devEnv),
    jobs: (devEnv) => commands.list(devEnv),
    upload: (devEnv) => transfers.upload(devEnv),
    download: (devEnv) => transfers.download(devEnv),
    resize: (devEnv) => {
      state.open({ kind: 'resize', devEnv });
      return Promise.resolve();
    },
    delete: (devEnv) => actions.delete(devEnv),
  };
  const rowUnderMenu = (): DevEnv | undefined => {
    const row = page.app.contextMenuHitTest((node) => node.matches('.slipway-devenv'));
    return row === undefined ? undefined : store.get(row.dataset.context ?? '', row.dataset.devenv ?? '');
  };
  const told = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      // Who did not want to sign in was told by the question.
      if (!SlipwayError.is(error, 'signIn.required')) page.notices.failed(error);
    }
  };
  const act = (action: Exclude<DevEnvAction, 'create'>, devEnv: DevEnv): Promise<void> =>
    told(() => page.gate.run(devEnv.context, () => works[action](devEnv)));

  const choose = async (action: DevEnvAction): Promise<DevEnv | undefined> => {
    await known(state);
    const suiting = store.devEnvs.filter((devEnv) => suits(action, devEnv));
    const [only] = suiting;
    if (only === undefined) throw new SlipwayError('devenv.notFound', words.own.noneSuits);
    if (suiting.length === 1) return only;
    const items = suiting.map(({ name, context }) => `${shownText(name)} · ${shownText(context)}`);
    const title = words.host.lab.devEnvCommand(words.host.lab.devEnvActions[action]);
    const { value } = await InputDialog.getItem({
      title,
      label: words.own.whichDevEnv,
      items,
      okLabel: words.own.choose,
    });
    return value === null ? undefined : suiting[items.indexOf(value)];
  };

  return {
    offersRow: (action) => {
      const devEnv = rowUnderMenu();
      return devEnv !== undefined && suits(action, devEnv);
    },
    perform: (action, { row, files }) =>
      told(async () => {
        if (action === 'create') {
          state.open({ kind: 'create' });
          return;
        }
        if (files === true) {
          await known(state);
          return action === 'upload' ? transfers.sendSelected() : transfers.getHere();
        }
        const devEnv = row === true ? rowUnderMenu() : await choose(action);
        if (devEnv !== undefined) await act(action, devEnv);
      }),
    performOn: (action, devEnv) => {
      if (action !== 'create') void act(action, devEnv);
    },
  };
}

/** Once the DevEnvs of all contexts were read, or could not be. */
async function known({ page, store }: RoomState): Promise<void> {
  await page.core.open(new AbortController().signal);
  store.begin();
  const isRead = (): boolean => store.loaded && store.contexts.every(({ state }) => state !== 'loading');
  if (isRead()) return;
  await new Promise<void>((resolve) => {
    const subscription = store.onChange(() => {
      if (!isRead()) return;
      subscription.dispose();
      resolve();
    });
  });
}
