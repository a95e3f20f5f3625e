/** How the core is started: which program, and what it finds in its environment. */
export interface NodeRuntime {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What belongs to the editor's own processes and would change, or give away something to, a program started by it. */
const editorsOwn = /^(VSCODE_|ELECTRON_|CODE_SERVER_|NODE_OPTIONS$|NODE_CHANNEL_|HASHED_PASSWORD$|PASSWORD$)/;

/**
 * The setting's Node; without one the program that runs the extension, which where it is Electron is told to be Node.
 * @param nodePath absolute path of a Node; empty for none
 */
export function nodeRuntime(
  nodePath: string,
  host: { readonly execPath: string; readonly isElectron: boolean; readonly env: NodeJS.ProcessEnv },
): NodeRuntime {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(host.env)) {
    if (value !== undefined && !editorsOwn.test(name)) env[name] = value;
  }
  if (nodePath !== '') return { command: nodePath, env };
  return { command: host.execPath, env: host.isElectron ? { ...env, ELECTRON_RUN_AS_NODE: '1' } : env };
}
