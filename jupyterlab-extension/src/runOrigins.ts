import type { Run } from '@slipway/shared/protocol';

const key = 'slipway:origins';
const most = 500;

type Entry = readonly [run: string, path: string];

/** Which notebook of this JupyterLab a run was started from: a run itself knows no more than the file's name. */
export class RunOrigins {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;

  /** @param storage that lasts longer than the page */
  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage;
  }

  /** @param path as the contents manager names it, with the drive */
  remember(run: Run, path: string): void {
    const entry: Entry = [nameOf(run), path];
    this.#storage.setItem(key, JSON.stringify([...this.#entries(), entry].slice(-most)));
  }

  pathOf(run: Run): string | undefined {
    return this.#entries().findLast(([name]) => name === nameOf(run))?.[1];
  }

  #entries(): readonly Entry[] {
    try {
      const entries: unknown = JSON.parse(this.#storage.getItem(key) ?? '[]');
      return Array.isArray(entries) ? entries.filter(isEntry) : [];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  }
}

function isEntry(value: unknown): value is Entry {
  return Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === 'string');
}

function nameOf({ context, name }: Run): string {
  return `${context}/${name}`;
}
