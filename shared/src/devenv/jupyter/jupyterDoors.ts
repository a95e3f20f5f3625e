import { portForward, type KubernetesApi } from '../../kubernetes/index.ts';
import { jupyterServer, type JupyterServer } from './jupyterServer.ts';
import { LoopbackDoor } from './loopbackDoor.ts';

interface OpenDoor {
  readonly door: LoopbackDoor;
  server: JupyterServer;
}

/** JupyterLabs in DevEnvs, each behind a port of this machine, as long as this lives. */
export class JupyterDoors {
  readonly #options: { readonly randomHex: (bytes: number) => string; readonly now: () => number };
  readonly #doors = new Map<string, Promise<OpenDoor>>();
  #closed = false;

  constructor(options: { readonly randomHex: (bytes: number) => string; readonly now: () => number }) {
    this.#options = options;
  }

  /** A link that opens JupyterLab in a DevEnv that runs, once. @throws as `jupyterServer` */
  async open(api: KubernetesApi, name: string, signal: AbortSignal): Promise<string> {
    const server = await jupyterServer(api, name, signal);
    const key = JSON.stringify([api.cluster.context, api.cluster.namespace, name]);
    const known = this.#doors.get(key);
    const opening = known ?? this.#makeDoor(api, name, server, signal);
    this.#doors.set(key, opening);
    opening.catch(() => this.#doors.delete(key));
    const open = await opening;
    // The pod may be another one than before.
    open.server = server;
    if (this.#closed) open.door.close();
    return open.door.link(`/lab?token=${server.token}`);
  }

  close(): void {
    this.#closed = true;
    for (const opening of this.#doors.values()) {
      opening.then(
        ({ door }) => door.close(),
        // What could not be opened has told so to who asked for it.
        () => undefined,
      );
    }
  }

  async #makeDoor(api: KubernetesApi, name: string, server: JupyterServer, signal: AbortSignal): Promise<OpenDoor> {
    const { namespace } = api.cluster;
    // Who may not, or cannot, is told so here and not by a page in the browser.
    (await portForward(api, { namespace, pod: name, port: server.port }, signal)).destroy();
    const door = await LoopbackDoor.open({
      ...this.#options,
      connect: (signal) => portForward(api, { namespace, pod: name, port: open.server.port }, signal),
    });
    const open: OpenDoor = { door, server };
    return open;
  }
}
