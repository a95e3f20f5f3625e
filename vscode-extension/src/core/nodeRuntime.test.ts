import { expect, it } from 'vitest';
import { nodeRuntime } from './nodeRuntime.ts';

const env = { PATH: '/bin', HOME: '/home/a', VSCODE_IPC_HOOK: 'x', NODE_OPTIONS: '--inspect', PASSWORD: 'secret' };

it('takes the program that runs the extension, and tells Electron to be Node', () => {
  const kept = { PATH: '/bin', HOME: '/home/a' };
  expect(nodeRuntime('', { execPath: '/code', isElectron: true, env })).toEqual({
    command: '/code',
    env: { ...kept, ELECTRON_RUN_AS_NODE: '1' },
  });
  expect(nodeRuntime('', { execPath: '/node', isElectron: false, env })).toEqual({ command: '/node', env: kept });
});

it('takes the Node of the setting before any other', () => {
  const runtime = nodeRuntime('/opt/node', { execPath: '/code', isElectron: true, env });
  expect(runtime.command).toBe('/opt/node');
  expect(runtime.env).not.toHaveProperty('ELECTRON_RUN_AS_NODE');
});
