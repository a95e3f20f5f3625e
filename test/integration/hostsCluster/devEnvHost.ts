import type { Browser } from 'playwright-core';
import { adminRequest, fieldOf } from '../cluster/adminRequest.ts';
import { ClusterMachine, profile } from '../cluster/clusterMachine.ts';
import { launchBrowser } from '../hosts/chromium.ts';
import { CodePage } from '../vscode/codePage.ts';
import { CodeServer, prepared } from '../vscode/codeServer.ts';
import { patienceMs } from './hostViews.ts';

/** A person's machine with VS Code, and a space where DevEnvs can be made. */
export class DevEnvHost {
  readonly machine: ClusterMachine;
  readonly server: CodeServer;
  readonly browser: Browser;
  readonly code: CodePage;

  private constructor(machine: ClusterMachine, server: CodeServer, browser: Browser, code: CodePage) {
    this.machine = machine;
    this.server = server;
    this.browser = browser;
    this.code = code;
  }

  /** @param part names the namespace, for whoever looks at the cluster @param own told of what is made, at once */
  static async start(part: string, own: (dispose: () => Promise<void>) => void): Promise<DevEnvHost> {
    const machine = await ClusterMachine.create(part);
    own(() => machine.dispose());
    const securityContext = { runAsUser: 1001, runAsGroup: 0, fsGroup: 1001 };
    const devEnv = { image: 'testbed.local/devenv:1', diskSize: '1Gi', idleStop: '2h' };
    const instanceTypes = { ...profile.instanceTypes, room: { cpu: '100m', memory: '2Gi' } };
    await machine.writeContext({
      profile: { ...profile, instanceTypes, defaultInstanceType: 'room', securityContext, devEnv },
    });
    const server = await CodeServer.create({
      home: machine.machine.folder,
      vsix: prepared('SLIPWAY_TEST_VSIX'),
      settings: { 'terminal.integrated.gpuAcceleration': 'off' },
    });
    own(() => server.dispose());
    await server.write('readme.md', 'here');
    const browser = await launchBrowser();
    own(() => browser.close());
    await server.start();
    const code = await CodePage.open(await browser.newContext({ viewport: { width: 1440, height: 900 } }), server);
    await code.showRuns();
    await code.command('Focus on DevEnvs View');
    return new DevEnvHost(machine, server, browser, code);
  }

  /** The name of the DevEnv in the only row. */
  async name(): Promise<string> {
    const { kubeconfig } = this.machine.cluster;
    const path = `/api/v1/namespaces/${this.machine.namespace}/persistentvolumeclaims?labelSelector=slipway.dev%2Fdevenv`;
    return fieldOf(await adminRequest(kubeconfig, 'GET', path), '.items[0].metadata.name');
  }

  /** What a command prints in the DevEnv. */
  async inside(command: string): Promise<string> {
    return this.machine.kubectl('exec', await this.name(), '--', 'sh', '-c', command);
  }

  /**
   * Waits in the DevEnv until a shell's condition holds, which has the file as `$0`: looked at from here each time would start
   * three programs. @throws Error with what the file holds where it does not come to that
   */
  async insideUntil(file: string, condition: string): Promise<void> {
    const wait = `timeout ${patienceMs / 1000} sh -c 'until ${condition}; do sleep 0.5; done' ${file}`;
    await this.inside(`${wait} || { cat ${file} >&2; exit 1; }`);
  }
}
