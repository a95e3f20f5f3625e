import { protocolVersion, SlipwayError } from '../protocol/index.ts';

/** Who says hello: the host's name and version as sent with `initialize`. */
export interface HostIdentity {
  readonly name: string;
  readonly version: string;
}

interface UpgradeAdvice {
  /** What the person calls the host. */
  readonly product: string;
  /** How the host comes to a protocol major, as a command or a place to click. */
  upgradeHost(major: number): string;
  /** How the core comes to a protocol major where this host is in use. */
  upgradeCore(major: number): string;
}

const npmCore = (major: number): string => `npm install --global slipway@${major}`;

const adviceByHost: Readonly<Record<string, UpgradeAdvice>> = {
  vscode: {
    product: 'the Slipway extension for VS Code',
    upgradeHost: (major) => `code --install-extension slipway.slipway-vscode --force (to ${major}.x)`,
    upgradeCore: npmCore,
  },
  jupyterlab: {
    product: 'the Slipway extension for JupyterLab',
    upgradeHost: (major) => `pip install --upgrade "slipway-jupyterlab==${major}.*"`,
    upgradeCore: (major) => `pip install --upgrade "slipway-jupyterlab==${major}.*"`,
  },
  cli: { product: 'the slipway command', upgradeHost: npmCore, upgradeCore: npmCore },
};

const unknownHost: UpgradeAdvice = {
  product: 'the program that started the core',
  upgradeHost: (major) => `install a release of it that speaks protocol ${major}.x`,
  upgradeCore: npmCore,
};

/**
 * Checks that a host and this core speak the same major version; minor versions only add.
 * @throws SlipwayError `protocol.version` that names the side to upgrade and the command; `protocol.invalid` for what is
 * no version.
 */
export function checkVersion(hostProtocol: string, host: HostIdentity, coreProtocol: string = protocolVersion): void {
  const theirs = majorOf(hostProtocol);
  const ours = majorOf(coreProtocol);
  if (theirs === ours) return;
  const advice = Object.hasOwn(adviceByHost, host.name) ? (adviceByHost[host.name] ?? unknownHost) : unknownHost;
  const difference = `${advice.product} speaks protocol ${hostProtocol}, the core ${coreProtocol}`;
  if (theirs < ours) {
    throw new SlipwayError('protocol.version', `This host is older than the core: ${difference}.`, {
      action: `Update ${advice.product}: ${advice.upgradeHost(ours)}`,
    });
  }
  throw new SlipwayError('protocol.version', `The core is older than this host: ${difference}.`, {
    action: `Update the core: ${advice.upgradeCore(theirs)}`,
  });
}

function majorOf(version: string): number {
  const match = /^(\d{1,6})\.\d{1,6}$/.exec(version);
  if (match?.[1] === undefined) {
    throw new SlipwayError('protocol.invalid', 'initialize: protocolVersion is not of the form MAJOR.MINOR.');
  }
  return Number(match[1]);
}
