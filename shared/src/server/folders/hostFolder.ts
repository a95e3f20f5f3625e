import type { FolderEntry, JobFolder } from '../../jobs/index.ts';
import { callbacks, SlipwayError } from '../../protocol/index.ts';
import { checked } from '../calls.ts';
import type { HostFiles } from '../session.ts';
import { folderParts, isPlainName } from './folderPath.ts';

const chunkBytes = 1024 * 1024;

/**
 * A folder that a host reads for us: it may be remote, virtual or a contents drive. The host is believed in nothing: its
 * answers must keep to the schemas, names must be names, and a file must have the size that was said.
 * @param id the host's own name for the folder
 * @throws SlipwayError in use: `path.refused`, `protocol.invalid` for answers that cannot be, `files.refused` for a file
 * that is missing or changed meanwhile, and whatever the host reports
 */
export function createHostFolder(id: string, label: string, files: HostFiles): JobFolder {
  const stat: JobFolder['stat'] = async (path, signal) => {
    folderParts(path);
    const answer = await files['files/stat']({ folder: id, path }, signal);
    return checked(callbacks['files/stat'].result, answer, "The host's answer to files/stat");
  };
  return {
    label,
    diskPath: undefined,
    stat,
    list: async (path, signal) => {
      folderParts(path);
      const answer = await files['files/list']({ folder: id, path }, signal);
      const { entries } = checked(callbacks['files/list'].result, answer, "The host's answer to files/list");
      return checkNames(entries, path);
    },
    read: async function* (path, signal) {
      const { kind, bytes } = await stat(path, signal);
      if (kind !== 'file')
        throw new SlipwayError('files.refused', `${JSON.stringify(path)} is not a file in ${label}.`);
      let offset = 0;
      for (let ended = false; !ended;) {
        signal.throwIfAborted();
        const question = { folder: id, path, offset, length: chunkBytes };
        const answer = await files['files/read'](question, signal);
        const chunk = decode(checked(callbacks['files/read'].result, answer, "The host's answer to files/read").data);
        offset += chunk.length;
        ended = chunk.length < chunkBytes;
        if (offset > bytes || (ended && offset < bytes)) throw changed(path, bytes, offset);
        if (chunk.length > 0) yield chunk;
      }
    },
  };
}

function checkNames(entries: readonly FolderEntry[], path: string): readonly FolderEntry[] {
  const seen = new Set<string>();
  for (const { name } of entries) {
    if (!isPlainName(name) || seen.has(name)) {
      const fault = seen.has(name) ? 'comes twice' : 'is not the name of a file';
      throw new SlipwayError(
        'protocol.invalid',
        `The host's list of ${JSON.stringify(path)} is not valid: ${JSON.stringify(name.slice(0, 200))} ${fault}.`,
      );
    }
    seen.add(name);
  }
  return entries;
}

/** Strict base64: `Buffer` alone would skip what it does not know. */
function decode(data: string): Uint8Array {
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length > chunkBytes || bytes.toString('base64') !== data) {
    throw new SlipwayError(
      'protocol.invalid',
      "The host's answer to files/read is not base64 of the length asked for.",
    );
  }
  return bytes;
}

function changed(path: string, said: number, got: number): SlipwayError {
  return new SlipwayError(
    'files.refused',
    `${JSON.stringify(path)} changed while it was read: ${said} bytes were announced, ${got > said ? 'more' : got} came.`,
    { action: 'Submit again once the file is no longer written to.' },
  );
}
