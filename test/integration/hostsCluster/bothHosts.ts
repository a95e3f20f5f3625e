import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../hosts/chromium.ts';
import { startFaultProxy, type FaultProxy } from '../../cluster/faultProxy.ts';
import { ClusterMachine, profile } from '../cluster/clusterMachine.ts';
import { JupyterServer } from '../jupyterlab/jupyterServer.ts';
import { LabPage } from '../jupyterlab/labPage.ts';
import { CodePage } from '../vscode/codePage.ts';
import { CodeServer, prepared } from '../vscode/codeServer.ts';

/** One person's machine with JupyterLab and VS Code on it, both over the same runs, contexts and folder of notebooks. */
export class BothHosts {
  readonly machine: ClusterMachine;
  /** The only way of this machine to the cluster. */
  readonly proxy: FaultProxy;
  readonly jupyter: JupyterServer;
  readonly vscode: CodeServer;
  readonly #browser: Browser;
  #context: BrowserContext | undefined;
  /** Both kept from one test to the next: a page costs as much as all that a test does in it. */
  #lab: LabPage | undefined;
  #code: CodePage | undefined;

  private constructor(
    machine: ClusterMachine,
    proxy: FaultProxy,
    servers: { readonly jupyter: JupyterServer; readonly vscode: CodeServer },
    browser: Browser,
  ) {
    this.machine = machine;
    this.proxy = proxy;
    this.jupyter = servers.jupyter;
    this.vscode = servers.vscode;
    this.#browser = browser;
  }

  /** @param notebooks JSON texts by path in the folder that both hosts show */
  static async start(part: string, notebooks: Readonly<Record<string, string>>): Promise<BothHosts> {
    const machine = await ClusterMachine.create(part);
    const { folder: home } = machine.machine;
    const { kubeconfig } = machine.cluster;
    const proxy = await startFaultProxy({ kubeconfig, folder: home });
    const links = { 'GPU use': 'https://grafana.example/d/gpu?var-namespace={namespace}&var-pod={pod}' };
    await machine.writeContext({ profile: { ...profile, links }, kubeconfig: proxy.kubeconfig });
    const [jupyter, vscode, browser] = await Promise.all([
      JupyterServer.create({ home }),
      CodeServer.create({ home, vsix: prepared('SLIPWAY_TEST_VSIX') }),
      launchBrowser(),
    ]);
    const both = new BothHosts(machine, proxy, { jupyter, vscode }, browser);
    try {
      for (const [path, text] of Object.entries(notebooks)) await jupyter.write(path, text);
      await Promise.all([jupyter.start(), vscode.start()]);
      return both;
    } catch (error) {
      await both.dispose();
      throw error;
    }
  }

  /** Sits down before both, with a notebook open in each. VS Code is as a test finds it that is the first; JupyterLab keeps its tabs. */
  async open(notebooks: { readonly lab: string; readonly code: string }): Promise<{ lab: LabPage; code: CodePage }> {
    this.#context ??= await this.#browser.newContext({ viewport: { width: 1440, height: 900 } });
    const context = this.#context;
    const lab = (this.#lab ??= await LabPage.open(context, this.jupyter, 'lab'));
    const code = await this.#tidyCode(context);
    await Promise.all([lab.openNotebook(notebooks.lab), code.openNotebook(notebooks.code)]);
    await lab.showSidePanel();
    await code.showRuns();
    // A new run is told by those that are there before it.
    const runs = await this.machine.kubectl('get', 'pipelineruns', '-o', 'jsonpath={.items[*].metadata.name}');
    for (const run of runs.split(' ').filter((name) => name !== '')) {
      await lab.sidePanel.locator(`[data-run="${run}"]`).waitFor({ timeout: 180_000 });
    }
    return { lab, code };
  }

  async #tidyCode(context: BrowserContext): Promise<CodePage> {
    if (this.#code === undefined) return (this.#code = await CodePage.open(context, this.vscode));
    await this.#code.tidy();
    return this.#code;
  }

  pages(): readonly Page[] {
    return this.#context?.pages() ?? [];
  }

  async dispose(): Promise<void> {
    await this.#browser.close();
    await Promise.all([this.jupyter.dispose(), this.vscode.dispose()]);
    await this.proxy.dispose();
    await this.machine.dispose();
  }
}
