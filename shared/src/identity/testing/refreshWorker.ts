/**
 * A process of its own that signs nobody in: with each line on stdin, which it repeats, it gets a token as a fresh process does, by the refresh
 * token in the vault, and says how that went. Arguments: the folder of sign-ins, the settings as JSON.
 */
import { createInterface } from 'node:readline';
import { SlipwayError, type OidcSettings } from '../../protocol/index.ts';
import { createIdentity } from '../identity.ts';

const [stateDir = '', settings = '{}'] = process.argv.slice(2);
const oidc = JSON.parse(settings) as OidcSettings;
const never = new AbortController().signal;

async function refresh(): Promise<string> {
  const identity = createIdentity({ stateDir, storage: 'file', env: {}, homedir: stateDir });
  try {
    await identity.credentials(oidc).current(never);
    return 'refreshed';
  } catch (error) {
    return SlipwayError.is(error) ? `${error.code} ${error.message}` : String(error);
  } finally {
    await identity.dispose();
  }
}

process.stdout.write('ready\n');
for await (const line of createInterface(process.stdin)) process.stdout.write(`${line} ${await refresh()}\n`);
