type Command = [command: string, args: string[]];

export const directory: {
  readonly baseDn: string;
  readonly usersDn: string;
  readonly groupsDn: string;
  readonly bindDn: string;
  readonly bindPassword: string;
};
export const administrator: { readonly username: string; readonly password: string };

export function keycloakCommand(
  distribution: string,
  home: string,
  args: readonly string[],
  more?: readonly string[],
): Command;

export function startArguments(settings: {
  readonly port: number;
  readonly knownPort?: number;
  readonly managementPort: number;
  readonly certificate: string;
  readonly key: string;
}): string[];

export function directoryCommand(jar: string, port: number, people: string): Command;
