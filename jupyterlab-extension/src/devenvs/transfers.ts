import { Notification } from '@jupyterlab/apputils';
import { FileDialog } from '@jupyterlab/filebrowser';
import { type DevEnv, type RequestResult, SlipwayError } from '@slipway/shared/protocol';
import { shownText, transferInWords, transferOutcomeInWords, transferPercent } from '@slipway/shared/views';
import { diskPath } from '../notebook/diskPath.ts';
import { named } from './devEnvActions.ts';
import { requestId } from './requestId.ts';
import type { RoomState } from './roomState.ts';
import { suits } from './suits.ts';
import { tell, tellOfDoing, tellOfSuccess } from './tell.ts';
import { askTransfer } from './transferDialog.tsx';

type Direction = 'transfer/upload' | 'transfer/download';
type Outcome = RequestResult<'transfer/upload'>;

interface Files {
  readonly local: string[];
  readonly remote: string[];
}

/** Of what was left out, so much is told. */
const mostLeftOut = 5;

/** Files between the Jupyter server's disk and a DevEnv, with how far it is and how long it takes. Each throws what went wrong. */
export class Transfers {
  readonly #state: RoomState;

  constructor(state: RoomState) {
    this.#state = state;
  }

  /** Sends what is chosen in a dialog. */
  async upload(devEnv: DevEnv): Promise<void> {
    const { page, words } = this.#state;
    const manager = page.documents;
    const { value, button } = await FileDialog.getOpenFiles({ manager, title: words.own.transfer.send });
    if (button.accept) await this.#send(value?.map(({ path }) => path) ?? [], [devEnv]);
  }

  /** Sends what is selected in the file browser. */
  async sendSelected(): Promise<void> {
    const selected = [...(this.#state.page.browser()?.selectedItems() ?? [])];
    await this.#send(
      selected.map(({ path }) => path),
      this.#running('upload'),
    );
  }

  /** Fetches into a folder that is chosen in a dialog. */
  async download(devEnv: DevEnv): Promise<void> {
    const { page, words } = this.#state;
    const title = words.shared.devEnv.transfer.chooseLocal;
    const { value, button } = await FileDialog.getExistingDirectory({ manager: page.documents, title });
    if (button.accept) await this.#get(value?.[0]?.path ?? '', [devEnv]);
  }

  /** Fetches into the folder that the file browser shows. */
  async getHere(): Promise<void> {
    await this.#get(this.#state.page.browser()?.model.path ?? '', this.#running('download'));
  }

  async #send(paths: readonly string[], devEnvs: readonly DevEnv[]): Promise<void> {
    const { page, words } = this.#state;
    if (paths.length === 0) throw new SlipwayError('usage', words.own.transfer.nothingChosen);
    const local = await Promise.all(paths.map((path) => this.#onDisk(path)));
    const asked = await askTransfer(words, { kind: 'send', devEnvs, paths: paths.map((path) => nameOf(page, path)) });
    if (asked === undefined) return;
    const { devEnv, remote } = asked;
    const done = await this.#move('transfer/upload', devEnv, { local, remote: [remote] });
    const to = `${shownText(devEnv.name)}:${shownText(remote)}`;
    if (done !== undefined) this.#tell(words.shared.devEnv.transfer.uploaded(to), done);
  }

  async #get(path: string, devEnvs: readonly DevEnv[]): Promise<void> {
    const { page, words } = this.#state;
    const local = await this.#onDisk(path);
    const folder = nameOf(page, path);
    const asked = await askTransfer(words, { kind: 'get', devEnvs, folder });
    if (asked === undefined) return;
    const done = await this.#move('transfer/download', asked.devEnv, { local: [local], remote: [asked.remote] });
    await page.browser()?.model.refresh();
    const to = folder === '' ? words.own.transfer.rootFolder : shownText(folder);
    if (done !== undefined) this.#tell(words.shared.devEnv.transfer.downloaded(to), done);
  }

  #running(action: 'upload' | 'download'): readonly DevEnv[] {
    const { store, words } = this.#state;
    const running = store.devEnvs.filter((devEnv) => suits(action, devEnv));
    if (running.length === 0) throw new SlipwayError('devenv.notFound', words.own.noneSuits);
    return running;
  }

  async #onDisk(path: string): Promise<string> {
    const { page, words } = this.#state;
    const root = await page.contentsRoot(new AbortController().signal);
    const found = diskPath(page.contents.driveName(path), page.contents.localPath(path), root);
    if (found !== undefined) return found;
    const { notOnDisk, chooseOnDisk } = words.own.transfer;
    throw new SlipwayError('files.refused', notOnDisk, { action: chooseOnDisk });
  }

  /** @returns undefined where somebody broke it off; the next time goes on from there */
  #move(direction: Direction, devEnv: DevEnv, files: Files): Promise<Outcome | undefined> {
    return this.#state.page.gate.run(devEnv.context, () => this.#moveNow(direction, devEnv, files));
  }

  async #moveNow(direction: Direction, devEnv: DevEnv, files: Files): Promise<Outcome | undefined> {
    const { page, words } = this.#state;
    const { transfer, labelled } = words.shared.devEnv;
    const name = shownText(devEnv.name);
    const title = direction === 'transfer/upload' ? transfer.uploading(name) : transfer.downloading(name);
    const leaving = new AbortController();
    const doing = tellOfDoing(title, { label: words.own.stopTransfer, callback: () => leaving.abort() });
    const id = requestId();
    const told = page.core.onNotification('transfer/progress', ({ id: whose, progress }) => {
      const percent = transferPercent(progress);
      const part = percent === undefined ? undefined : percent / 100;
      if (whose === id) doing.update(labelled(title, transferInWords(progress, words.shared)), part);
    });
    try {
      return await page.core.request(direction, { ...named(devEnv), id, ...files }, leaving.signal);
    } catch (error) {
      if (!SlipwayError.is(error, 'cancelled') || !leaving.signal.aborted) throw error;
      tell(transfer.again);
      return undefined;
    } finally {
      told.dispose();
      doing.end();
    }
  }

  /** What it did; what was left out, with the reason, stays until it is put away. */
  #tell(what: string, outcome: Outcome): void {
    const { words } = this.#state;
    const { labelled } = words.shared.devEnv;
    tellOfSuccess(labelled(what, transferOutcomeInWords(outcome, words.shared)));
    if (outcome.skipped.length === 0) return;
    const left = outcome.skipped
      .slice(0, mostLeftOut)
      .map(({ path, reason }) => labelled(shownText(path), shownText(reason)));
    const more = outcome.skipped.length - left.length;
    const text = [words.own.transfer.left, ...left, ...(more > 0 ? [words.own.transfer.more(more)] : [])].join('\n');
    Notification.warning(text, { autoClose: false });
  }
}

function nameOf(page: RoomState['page'], path: string): string {
  return page.contents.localPath(path);
}
