import { SlipwayError } from '../../protocol/index.ts';
import { renderConfigMap } from './configMaps.ts';
import type { KubernetesObject } from './kubernetesObject.ts';
import type { SharedScripts } from './manifestInput.ts';
import { labels, managedBy } from './names.ts';

/** Files by path, forward slashes. */
type Files = ReadonlyMap<string, Uint8Array>;

export interface SharedConfigMaps {
  readonly scripts: SharedScripts;
  /** The two ConfigMaps, to be created where they are not there yet. */
  readonly objects: readonly SharedConfigMap[];
}

/** What it holds is worth a look only where it is not there yet: a megabyte as base64. */
export interface SharedConfigMap {
  readonly name: string;
  readonly render: () => KubernetesObject;
}

/**
 * The scripts of the steps and what reports carry inside, as ConfigMaps named after their content: one of each per version
 * and space, shared by all runs.
 * @param sha256 hexadecimal digest of bytes
 */
export function sharedConfigMaps(
  steps: Files,
  assets: Files,
  sha256: (bytes: Uint8Array) => string,
  namespace: string,
): SharedConfigMaps {
  const stepsMap = sharedConfigMap('slipway-steps', steps, sha256, namespace);
  const assetsMap = sharedConfigMap('slipway-assets', assets, sha256, namespace);
  return {
    scripts: {
      stepsName: stepsMap.name,
      steps: stepsMap.paths,
      assetsName: assetsMap.name,
      assets: assetsMap.paths,
    },
    objects: [stepsMap, assetsMap],
  };
}

interface KeyedConfigMap extends SharedConfigMap {
  /** Key → path. */
  readonly paths: ReadonlyMap<string, string>;
}

function sharedConfigMap(
  prefix: string,
  files: Files,
  sha256: (bytes: Uint8Array) => string,
  namespace: string,
): KeyedConfigMap {
  const inOrder = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  const paths = new Map(inOrder.map(([path]) => [keyOf(path), path]));
  if (paths.size < files.size) throw new SlipwayError('internal', `Two files of ${prefix} have the same key.`);
  const list = inOrder.map(([path, bytes]) => `${sha256(bytes)}  ${path}\n`).join('');
  const metadata = {
    name: `${prefix}-${sha256(new TextEncoder().encode(list)).slice(0, 12)}`,
    namespace,
    labels: { [labels.managedBy]: managedBy },
  };
  return {
    name: metadata.name,
    render: () =>
      renderConfigMap(
        metadata,
        inOrder.map(([path, bytes]) => [keyOf(path), bytes]),
      ),
    paths,
  };
}

/** A key has no slashes: `slipway_steps/run.py` is `slipway_steps.run.py`. */
function keyOf(path: string): string {
  const key = path.replaceAll('/', '.');
  if (/^[-_A-Za-z0-9][-._A-Za-z0-9]{0,252}$/.test(key)) return key;
  throw new SlipwayError('internal', `The file ${path} cannot be a key of a ConfigMap.`);
}
