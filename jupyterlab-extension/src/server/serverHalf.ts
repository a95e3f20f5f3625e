import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import { SlipwayError } from '@slipway/shared/protocol';
import { callbackAddress, elsewhere, type Elsewhere, type PageAddress } from './callbackAddress.ts';

/** What the server half says of itself when a page loads; no Node runs for it. */
export interface ServerStatus {
  readonly version: string;
  /** How many runs had not ended when a page last told. */
  readonly unfinished: number;
  /** Absolute path of the folder that the contents API shows; undefined where that is no folder on a disk. */
  readonly contentsRoot: string | undefined;
  /** Where a JupyterHub takes the answers of sign-ins for all its users: a URL, or a path on the hub's origin. */
  readonly hubCallback: string | undefined;
}

/** The requests that the Python half answers. `ServerConnection` adds base URL, token and XSRF. */
export class ServerHalf {
  readonly #settings: ServerConnection.ISettings;
  #status: ServerStatus | undefined;

  constructor(settings: ServerConnection.ISettings) {
    this.#settings = settings;
  }

  /** @throws SlipwayError where the server half is not there or its answer is none */
  async status(signal: AbortSignal): Promise<ServerStatus> {
    const response = await this.#send('status', { method: 'GET', signal });
    this.#status = readStatus(await response.json());
    return this.#status;
  }

  /** As `ServerStatus` has it, asked for once. @throws SlipwayError */
  async contentsRoot(signal: AbortSignal): Promise<string | undefined> {
    const { contentsRoot } = this.#status ?? (await this.status(signal));
    return contentsRoot;
  }

  /** Where a sign-in is to come back to; undefined on this machine itself. To be asked once the status is known. */
  callbackAddress(page: PageAddress): string | undefined {
    return callbackAddress(page, this.#settings.baseUrl, this.#status?.hubCallback);
  }

  /** Why the browser is not on this server's machine, if it is not. @throws SlipwayError */
  async elsewhere(hostname: string, signal: AbortSignal): Promise<Elsewhere | undefined> {
    const { hubCallback } = this.#status ?? (await this.status(signal));
    return elsewhere(hostname, hubCallback);
  }

  /** Asks for the status where it is not known yet. @throws SlipwayError */
  async ready(signal: AbortSignal): Promise<void> {
    if (this.#status === undefined) await this.status(signal);
  }

  /** Remembered for the next page that loads. @throws SlipwayError */
  async tellUnfinished(unfinished: number, signal: AbortSignal): Promise<void> {
    await this.#send('status', { method: 'PUT', body: JSON.stringify({ unfinished }), signal });
  }

  /** Where frames go. The token is in it for servers that know no cookie, as in JupyterLab's own sockets. */
  get coreUrl(): string {
    const url = URLExt.join(this.#settings.wsUrl, 'slipway', 'core');
    const { appendToken, token } = this.#settings;
    return appendToken && token !== '' ? `${url}?token=${encodeURIComponent(token)}` : url;
  }

  openSocket(): WebSocket {
    return new this.#settings.WebSocket(this.coreUrl);
  }

  /** The address of the script with the panels. */
  panelsUrl(file: string): string {
    return URLExt.join(this.#settings.baseUrl, 'slipway', 'panels', file);
  }

  /** The address of a file that a run left, for frames and downloads. */
  artifactUrl(context: string, run: string, path: string): string {
    const parts = ['runs', context, run, 'artifacts', ...path.split('/')].map(encodeURIComponent);
    return URLExt.join(this.#settings.baseUrl, 'slipway', ...parts);
  }

  /** @throws SlipwayError in the core's words where it refuses */
  async artifact(context: string, run: string, path: string, signal: AbortSignal): Promise<Response> {
    return this.#request(this.artifactUrl(context, run, path), { method: 'GET', signal });
  }

  #send(path: string, init: RequestInit): Promise<Response> {
    return this.#request(URLExt.join(this.#settings.baseUrl, 'slipway', path), init);
  }

  async #request(url: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, init, this.#settings);
    } catch (cause) {
      if (init.signal?.aborted === true) throw new SlipwayError('cancelled', 'The request was given up.', { cause });
      throw new SlipwayError('internal', 'The Jupyter server does not answer.', {
        action: 'Look whether it still runs.',
        cause,
      });
    }
    if (response.ok) return response;
    throw await refusal(response);
  }
}

function readStatus(value: unknown): ServerStatus {
  if (
    typeof value !== 'object' ||
    value === null ||
    !('version' in value && typeof value.version === 'string') ||
    !('unfinished' in value && typeof value.unfinished === 'number') ||
    !('contentsRoot' in value) ||
    !('hubCallback' in value)
  ) {
    throw new SlipwayError('protocol.invalid', 'The server half of Slipway sent a malformed status.');
  }
  const { version, unfinished, contentsRoot, hubCallback } = value;
  return {
    version,
    unfinished,
    contentsRoot: typeof contentsRoot === 'string' ? contentsRoot : undefined,
    hubCallback: typeof hubCallback === 'string' ? hubCallback : undefined,
  };
}

async function refusal(response: Response): Promise<SlipwayError> {
  if (response.status === 404) {
    return new SlipwayError('internal', 'The Jupyter server does not know Slipway, or the file is not there.', {
      action:
        'Where nothing of Slipway works: pip install slipway_jupyterlab beside the Jupyter server, then restart it.',
    });
  }
  const text = await response.text();
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string') {
      const action = 'action' in body && typeof body.action === 'string' ? { action: body.action } : {};
      return new SlipwayError('internal', body.message, action);
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return new SlipwayError('internal', `The Jupyter server answered ${response.status} ${response.statusText}.`);
}
