/** Tekton's own configuration from its module, with the images that we built from the same module. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '../settings.mjs';

/** The programs that run, with their build tags. Left out: events controller and remote resolvers. */
export const tektonPrograms = {
  controller: '',
  webhook: '',
  entrypoint: 'disable_spire,disable_tls',
  nop: '',
  workingdirinit: '',
  sidecarlogresults: '',
};

/** The autoscaler of the webhook needs metrics that nobody serves here; events.yaml is the left-out controller's. */
const leftOut = new Set(['webhook-hpa.yaml', 'events.yaml']);

/** Writes the manifest that `ko resolve` would make of the module's `config` folder. */
export function renderTekton(module, output) {
  const files = ['config/100-namespace', 'config/300-crds', 'config'].flatMap((folder) =>
    readdirSync(join(module, folder))
      .filter((name) => name.endsWith('.yaml') && !leftOut.has(name))
      .sort()
      .map((name) => join(module, folder, name)),
  );
  writeFileSync(output, files.map((file) => withOurImages(readFileSync(file, 'utf8'))).join('\n---\n'));
}

function withOurImages(yaml) {
  return (
    yaml
      .replaceAll(
        /ko:\/\/github\.com\/tektoncd\/pipeline\/cmd\/([a-z]+)/g,
        `testbed.local/tekton/$1:${versions.tekton}`,
      )
      .replaceAll(/"-shell-image", "[^"]+"/g, '"-shell-image", "testbed.local/busybox:1"')
      .replaceAll(/"?\bdevel\b"?/g, versions.tekton)
      // Ready some seconds sooner, and not taken for dead because the machine is busy.
      .replaceAll(/(readinessProbe:[^]*?initialDelaySeconds: )5(\n *periodSeconds: )10\n/g, '$11$22\n')
      .replaceAll(/(livenessProbe:[^]*?periodSeconds: )10\n/g, '$160\n')
  );
}
