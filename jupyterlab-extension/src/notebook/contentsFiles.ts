import type { Contents } from '@jupyterlab/services';
import type { HostFiles } from '@slipway/shared/client';
import { SlipwayError } from '@slipway/shared/protocol';

/**
 * Folders of a contents drive that is no disk of the server. A folder's id is its path, with the drive's name.
 * @throws SlipwayError `files.refused` in use, for what is not there
 */
export function createContentsFiles(contents: Pick<Contents.IManager, 'get'>): HostFiles {
  let last: { readonly path: string; readonly bytes: Uint8Array } | undefined;
  const bytesOf = async (path: string): Promise<Uint8Array> => {
    if (last?.path !== path) {
      const model = await found(contents, path, { content: true, type: 'file', format: 'base64' });
      last = { path, bytes: decodeBase64(String(model.content)) };
    }
    return last.bytes;
  };
  return {
    'files/list': async ({ folder, path }) => {
      const model = await found(contents, join(folder, path), { content: true, type: 'directory' });
      const children: readonly unknown[] = Array.isArray(model.content) ? model.content : [];
      return { entries: children.filter(isModel).map((child) => ({ name: child.name, ...statusOf(child) })) };
    },
    'files/stat': async ({ folder, path }) => {
      try {
        return statusOf(await contents.get(join(folder, path), { content: false }));
      } catch (error) {
        if (isNotFound(error)) return { kind: 'missing', bytes: 0 };
        throw unreadable(path, error);
      }
    },
    'files/read': async ({ folder, path, offset, length }) => {
      const bytes = await bytesOf(join(folder, path));
      const part = bytes.subarray(offset, offset + length);
      // The last piece: nobody asks for this file again soon.
      if (offset + length >= bytes.length) last = undefined;
      return { data: encodeBase64(part) };
    },
  };
}

async function found(
  contents: Pick<Contents.IManager, 'get'>,
  path: string,
  options: Contents.IFetchOptions,
): Promise<Contents.IModel> {
  try {
    return await contents.get(path, options);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): SlipwayError {
  return new SlipwayError('files.refused', `${JSON.stringify(path)} cannot be read from the contents drive.`, {
    cause,
  });
}

function isNotFound(error: unknown): boolean {
  return (
    error instanceof Error && 'response' in error && error.response instanceof Response && error.response.status === 404
  );
}

function statusOf(model: Pick<Contents.IModel, 'type' | 'size'>): { kind: 'file' | 'folder'; bytes: number } {
  return model.type === 'directory' ? { kind: 'folder', bytes: 0 } : { kind: 'file', bytes: model.size ?? 0 };
}

function isModel(value: unknown): value is Contents.IModel {
  return typeof value === 'object' && value !== null && 'name' in value && 'type' in value;
}

function join(folder: string, path: string): string {
  if (folder === '' || folder.endsWith(':')) return `${folder}${path}`;
  return path === '' ? folder : `${folder}/${path}`;
}

function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll(/\s/g, '')), (character) => character.charCodeAt(0));
}

function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}
