import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { slipway } from './extension.ts';

describe('activation', () => {
  it('is over without a core, and asks for none', async () => {
    const { core, store } = await slipway().activate();
    assert.equal(core.connected, false);
    assert.equal(core.failure, undefined);
    assert.deepEqual(store.contexts, []);
    assert.deepEqual(cores(), []);
  });
});

/** Command lines of this host's children that are cores; Linux tells of them. */
function cores(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((id) => {
      try {
        const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${id}/stat`, 'utf8'))?.[1];
        return Number(parent) === process.pid ? [readFileSync(`/proc/${id}/cmdline`, 'utf8')] : [];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    })
    .filter((command) => command.includes('slipway.js'));
}
