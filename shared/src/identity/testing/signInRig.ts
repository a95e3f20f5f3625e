import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { TestIdentities } from './testIdentity.ts';
import { startProvider, type TestProvider, type TestProviderOptions } from './testProvider.ts';

/** What tests of signing in work with. */
export interface SignInRig {
  /** One for all tests of a file; nothing is asked and nothing intercepted when a test begins. */
  readonly provider: TestProvider;
  /** Over a folder of the test's own. */
  readonly identities: TestIdentities;
}

/** To be called at the top of a file of tests, once. @param take gets the rig before each test */
export function signInRig(take: (rig: SignInRig) => void, options: TestProviderOptions = {}): void {
  let provider: TestProvider;
  let identities: TestIdentities;
  beforeAll(async () => {
    provider = await startProvider(options);
  });
  afterAll(async () => {
    await provider.stop();
  });
  beforeEach(async () => {
    identities = await TestIdentities.create();
    provider.asked.length = 0;
    take({ provider, identities });
  });
  afterEach(async () => {
    provider.intercept = undefined;
    await identities.dispose();
  });
}
