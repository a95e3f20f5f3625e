/** Makes the cluster known to Slipway itself, so that `slipway run --context test-cluster` finds it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from '../tools/processes.mjs';
import { sources } from '../settings.mjs';

/** The Node that the lock file pins; there once npm packages are installed, and `context.ts` needs those. */
const pinnedNode = join(sources, '../../node_modules/.bin/node');

export const registerContext = (log) => change('save', log);
export const forgetContext = (log) => change('remove', log);

async function change(what, log) {
  if (!existsSync(pinnedNode)) {
    log('the contexts of Slipway stay as they are: npm packages are not installed');
    return;
  }
  try {
    await execute(pinnedNode, [join(sources, 'context.ts'), what]);
  } catch (error) {
    // The cluster itself is fine; a config.yaml that somebody broke is theirs to mend.
    log(`the context test-cluster could not be changed: ${error.message}`);
  }
}
