import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { makeSshKey } from '../keys/index.ts';
import { devEnvText } from './devEnvText.ts';
import { renderClaim, renderPod, renderSecret } from './objects.ts';
import { exampleDevEnvs, exampleInput } from './testing/exampleDevEnvs.ts';

/**
 * Every kind of DevEnv as it is made. After a change that is meant: `npx vitest run -u shared/src/devenv/manifests`, and read the
 * diff. test/integration/devenv/manifests.cluster.test.ts has an API server judge the same.
 */
const golden = join(import.meta.dirname, '__golden__');

describe('the objects of a DevEnv', () => {
  it.each(Object.keys(exampleDevEnvs))('%s', async (name) => {
    const input = exampleInput(name);
    const text = devEnvText(input);
    const [secret, claim, pod] = parseAllDocuments(text).map((document) => document.toJS() as unknown);
    expect(claim).toEqual(renderClaim(input));
    expect(pod).toEqual(renderPod(input));
    expect(secret).toMatchObject({ kind: 'Secret', metadata: renderSecret(input, makeSshKey('x')).metadata });
    await expect(text).toMatchFileSnapshot(join(golden, `${name}.yaml`));
  });

  it('are told without the key that is in the Secret', () => {
    const key = makeSshKey('devenv-alice');
    const secret = renderSecret(exampleInput('as-the-profile-says'), key);
    expect(secret.stringData).toEqual({
      authorized_keys: '',
      ssh_host_ed25519_key: key.privateKey,
      'ssh_host_ed25519_key.pub': `${key.publicKeyLine}\n`,
    });
    expect(devEnvText(exampleInput('as-the-profile-says'))).not.toContain('PRIVATE KEY');
  });
});
