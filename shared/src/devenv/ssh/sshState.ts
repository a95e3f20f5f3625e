import { isSafeName, type KnownHost } from './sshHost.ts';
import type { MachineFiles } from './machineFiles.ts';

/** What this machine knows of what it wrote; ssh itself does not read it. */
export interface SshState {
  readonly hosts: readonly KnownHost[];
  /** Files of a person's with a section of ours. `made`: the file was not there before. */
  readonly sections: readonly { readonly file: string; readonly kind: 'include' | 'block'; readonly made: boolean }[];
  /** Programs that can run the core, the newest first. */
  readonly runtimes: readonly { readonly path: string; readonly electron: boolean }[];
}

const empty: SshState = { hosts: [], sections: [], runtimes: [] };

/** Reads it; what cannot be read counts as not there: connecting again writes it anew. */
export async function readState({ read, paths }: MachineFiles): Promise<SshState> {
  const text = await read(paths.state);
  if (text === undefined) return empty;
  try {
    return stateOf(JSON.parse(text));
  } catch {
    return empty;
  }
}

export async function writeState({ write, paths }: MachineFiles, state: SshState): Promise<void> {
  await write(paths.state, `${JSON.stringify(state, null, 2)}\n`);
}

function stateOf(value: unknown): SshState {
  const { hosts, sections, runtimes } = record(value);
  return {
    hosts: list(hosts).flatMap(({ host, context, namespace, name }) =>
      isText(host) &&
      isText(context) &&
      isText(namespace) &&
      isText(name) &&
      [host, context, namespace, name].every(isSafeName)
        ? [{ host, context, namespace, name }]
        : [],
    ),
    sections: list(sections).flatMap(({ file, kind, made }) =>
      isText(file) && (kind === 'include' || kind === 'block') ? [{ file, kind, made: made === true }] : [],
    ),
    runtimes: list(runtimes).flatMap(({ path, electron }) =>
      isText(path) ? [{ path, electron: electron === true }] : [],
    ),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(record) : [];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
