import type { FollowedRunNames } from '@slipway/shared/client';

const key = 'slipway:followed';
const most = 200;

/** Names of runs in the storage of a browser tab: it tells of those that it started, also after a reload. */
export class FollowedStorage implements FollowedRunNames {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage;
  }

  add(name: string): Promise<void> {
    this.#keep([...this.#names().filter((known) => known !== name), name].slice(-most));
    return Promise.resolve();
  }

  list(): Promise<readonly string[]> {
    return Promise.resolve(this.#names());
  }

  take(name: string): Promise<boolean> {
    const names = this.#names();
    const rest = names.filter((known) => known !== name);
    if (rest.length < names.length) this.#keep(rest);
    return Promise.resolve(rest.length < names.length);
  }

  #keep(names: readonly string[]): void {
    this.#storage.setItem(key, JSON.stringify(names));
  }

  #names(): readonly string[] {
    try {
      const names: unknown = JSON.parse(this.#storage.getItem(key) ?? '[]');
      return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  }
}
