import { formatBytes, SlipwayError } from '../../protocol/index.ts';
import type { RunFile } from '../runFile.ts';
import { plainJson } from './base64.ts';
import { maxConfigMapBytes, renderConfigMap } from './configMaps.ts';
import type { KubernetesObject } from './kubernetesObject.ts';
import type { InputFile, InputsPlan, ManifestInput } from './manifestInput.ts';
import { objectNames } from './names.ts';
import { expiringMetadata } from './objectMetadata.ts';

/** Left free in the ConfigMap. */
const slack = 16 * 1024;
/** Above this, files go to the volume in one stream instead of as a key each. */
const maxKeys = 2000;

const encoder = new TextEncoder();

/** An input as `files.json` lists it. */
export interface ListedInput extends InputFile {
  /** Hexadecimal. */
  readonly sha256: string;
}

/** `run.json` as it lies in the ConfigMap. */
export function runFileText(runFile: RunFile): string {
  return plainJson(runFile, 2);
}

/**
 * Which inputs travel in the ConfigMap and which are streamed to the volume: as many as fit, small ones first. `files.json`
 * lists all of them, so it has to fit in any case.
 * @param runFileBytes length of `run.json` in UTF-8
 * @throws SlipwayError `spec.invalid` when `run.json` does not fit, `files.refused` for too many files
 */
export function planInputs(files: readonly InputFile[], runFileBytes: number): InputsPlan {
  const listBytes = encoder.encode(listText(files.map(withLongestEntry))).length;
  const free = maxConfigMapBytes - slack - runFileBytes;
  if (free < 0) {
    throw new SlipwayError(
      'spec.invalid',
      `The job itself takes ${formatBytes(runFileBytes)}, and a cluster takes ${formatBytes(maxConfigMapBytes - slack)}.`,
      { action: 'Put large parameters into a file beside the notebook, and pass its name.' },
    );
  }
  if (listBytes > free) {
    throw new SlipwayError('files.refused', `${files.length} files are more than can be listed for a cluster.`, {
      action: 'Pack them into one archive, or leave out what the notebook does not need (.slipwayignore).',
    });
  }
  const chosen = new Set<InputFile>();
  let left = free - listBytes;
  for (const file of [...files].sort((a, b) => a.bytes - b.bytes)) {
    if (file.bytes > left || chosen.size >= maxKeys) break;
    left -= file.bytes;
    chosen.add(file);
  }
  return {
    inConfigMap: files
      .filter((file) => chosen.has(file))
      .map(({ path, bytes }, index) => ({ path, bytes, key: `f${index}` })),
    uploaded: files.filter((file) => !chosen.has(file)).map(({ path, bytes }) => ({ path, bytes })),
  };
}

type ListEntry = ListedInput & { readonly key?: string };

function withLongestEntry({ path, bytes }: InputFile): ListEntry {
  return { path, bytes, sha256: '0'.repeat(64), key: 'f'.padEnd(6, '0') };
}

function listText(files: readonly ListEntry[]): string {
  return plainJson({ version: 1, files });
}

/**
 * The ConfigMap `R-inputs`: `run.json`, the list of all inputs, and those that fit.
 * @param contents bytes by key, of the inputs that are planned for the ConfigMap
 * @param files all inputs, uploaded ones too
 * @throws SlipwayError `internal` when these are not the inputs that were planned
 */
export function renderInputs(
  input: ManifestInput,
  contents: ReadonlyMap<string, Uint8Array>,
  files: readonly ListedInput[],
): KubernetesObject {
  const { runFile, inputs } = input;
  const keys = new Map(inputs.inConfigMap.map(({ path, key }) => [path, key]));
  const list = files.map(({ path, bytes, sha256 }) => {
    const key = keys.get(path);
    return { path, bytes, sha256, ...(key !== undefined && { key }) };
  });
  const planned = inputs.inConfigMap.map(({ path, bytes, key }) => {
    const content = contents.get(key);
    if (content?.length === bytes) return [key, content] as const;
    throw new SlipwayError('internal', `The input ${JSON.stringify(path)} is not ${bytes} bytes long, as was planned.`);
  });
  return renderConfigMap(expiringMetadata(objectNames(runFile.run).inputs, { ...input, run: runFile.run }), [
    ['run.json', encoder.encode(runFileText(runFile))],
    ['files.json', encoder.encode(listText(list))],
    ...planned,
  ]);
}
