import type { Run } from '@slipway/shared/protocol';

const key = 'slipway:followed';
const most = 200;

/** The runs whose end this browser tab tells of: those that it started, also after a reload. */
export class FollowedRuns {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage;
  }

  follow(run: Run): void {
    const names = [...this.#names(), nameOf(run)].slice(-most);
    this.#storage.setItem(key, JSON.stringify(names));
  }

  has(run: Run): boolean {
    return this.#names().includes(nameOf(run));
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

function nameOf({ context, name }: Run): string {
  return `${context}/${name}`;
}
