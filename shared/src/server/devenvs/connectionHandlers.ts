import type { RequestHandlers } from '../../protocol/index.ts';
import type { DevEnvSession } from './devEnvHandlers.ts';
import { testHandler } from './testHandler.ts';

export type ConnectionHandlers = Pick<
  RequestHandlers,
  'devenvs/connect' | 'devenvs/devices' | 'devenvs/removeDevice' | 'devenvs/test' | 'sshConfig/remove'
>;

/** Reaching DevEnvs by SSH from this machine. */
export function connectionHandlers(session: DevEnvSession): ConnectionHandlers {
  const { services } = session;
  const opened = async (context: string, signal: AbortSignal) => ({
    space: await services.space(context, signal),
    machine: await services.thisMachine(),
  });
  return {
    'devenvs/connect': async ({ context, name, ...options }, signal) => {
      const { space, machine } = await opened(context, signal);
      return machine.connect(space, name, options, signal);
    },
    'devenvs/devices': async ({ context, name }, signal) => {
      const { space, machine } = await opened(context, signal);
      return { devices: await machine.devices(space, name, signal) };
    },
    'devenvs/removeDevice': async ({ context, name, fingerprint }, signal) => {
      const { space, machine } = await opened(context, signal);
      return { devices: await machine.removeDevice(space, name, fingerprint, signal) };
    },
    'devenvs/test': testHandler(session),
    'sshConfig/remove': async ({ sshConfigFile }) => ({
      changed: await (await services.thisMachine()).removeConfig(sshConfigFile),
    }),
  };
}
