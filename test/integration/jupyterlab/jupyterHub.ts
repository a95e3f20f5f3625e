import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environmentWithout, freePort, HostProcess } from '../hosts/hostProcess.ts';
import { foreign, jupyterPython, sharedCache } from './jupyterServer.ts';

/** A JupyterHub with its proxy, where everybody with the password may sign in and gets a server of their own. */
export class JupyterHub {
  readonly home: string;
  readonly password = randomBytes(12).toString('hex');
  readonly port: number;
  readonly #process = new HostProcess('JupyterHub');

  private constructor(home: string, port: number) {
    this.home = home;
    this.port = port;
  }

  /** @param users whose homes are made */
  static async start(users: readonly string[]): Promise<JupyterHub> {
    const hub = new JupyterHub(await mkdtemp(join(tmpdir(), 'slipway-hub-')), await freePort());
    for (const user of users) await hub.#makeHome(user);
    await writeFile(join(hub.home, 'jupyterhub_config.py'), await hub.#config());
    await hub.#start();
    return hub;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  get log(): string {
    return this.#process.log;
  }

  homeOf(user: string): string {
    return join(this.home, 'homes', user);
  }

  /** Settings of somebody's own server, from its next start on. */
  configure(user: string, settings: object): Promise<void> {
    const servers = { ServerApp: { jpserver_extensions: { jupyter_server_ydoc: false } }, ...settings };
    return writeFile(join(this.homeOf(user), 'config/jupyter_server_config.json'), JSON.stringify(servers));
  }

  async dispose(): Promise<void> {
    await this.#process.end();
    await rm(this.home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async #makeHome(user: string): Promise<void> {
    const settings = join(this.homeOf(user), '.jupyter/lab/user-settings/@jupyterlab/apputils-extension');
    await mkdir(settings, { recursive: true });
    await writeFile(join(settings, 'notification.jupyterlab-settings'), '{ "fetchNews": "false" }');
    const lab = join(this.homeOf(user), 'config/labconfig');
    await mkdir(lab, { recursive: true });
    const disabledExtensions = { '@jupyter/collaboration-extension': true, '@jupyter/docprovider-extension': true };
    await writeFile(join(lab, 'page_config.json'), JSON.stringify({ disabledExtensions }));
    await this.configure(user, {});
  }

  async #config(): Promise<string> {
    const programs = dirname(jupyterPython());
    const [hubPort, apiPort] = [await freePort(), await freePort()];
    return `
home = ${JSON.stringify(this.home)}
c.JupyterHub.bind_url = "http://127.0.0.1:${this.port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:${hubPort}"
c.JupyterHub.db_url = "sqlite:///" + home + "/hub.sqlite"
c.JupyterHub.cookie_secret_file = home + "/cookie_secret"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "${this.password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = home + "/homes/{username}"
c.Spawner.cmd = ["${programs}/jupyterhub-singleuser"]
c.Spawner.args = ["--allow-root"]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "XDG_DATA_HOME": lambda spawner: home + "/homes/" + spawner.user.name + "/data",
    "XDG_CACHE_HOME": ${JSON.stringify(sharedCache)},
    "XDG_CONFIG_HOME": lambda spawner: home + "/homes/" + spawner.user.name + "/xdg-config",
    "JUPYTER_CONFIG_DIR": lambda spawner: home + "/homes/" + spawner.user.name + "/config",
    "JUPYTERLAB_SETTINGS_DIR": lambda spawner: home + "/homes/" + spawner.user.name + "/.jupyter/lab/user-settings",
}
c.ConfigurableHTTPProxy.command = ["${programs}/configurable-http-proxy"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:${apiPort}"
c.ConfigurableHTTPProxy.pid_file = home + "/proxy.pid"
`;
  }

  #start(): Promise<void> {
    const settings = { cwd: this.home, env: environmentWithout(foreign) };
    const args = ['-m', 'jupyterhub', '-f', join(this.home, 'jupyterhub_config.py')];
    return this.#process.start(jupyterPython(), args, settings, () => fetch(`${this.url}hub/api`));
  }
}
