import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, HostProcess } from '../integration/hosts/hostProcess.ts';
import { directoryCommand } from './launch.mjs';

/** A real directory server (LDAP) with the people of people.ldif, on a free port of 127.0.0.1. */
export class DirectoryServer {
  readonly #jar: string;
  readonly #server = new HostProcess('The directory server');
  #port = 0;

  /** @param jar of UnboundID's LDAP SDK */
  constructor(jar: string) {
    this.#jar = jar;
  }

  get url(): string {
    return `ldap://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    this.#port = await freePort();
    const [command, args] = directoryCommand(this.#jar, this.#port, join(import.meta.dirname, 'people.ldif'));
    await this.#server.start(command, args, { cwd: tmpdir(), env: process.env }, () => listens(this.#port));
  }

  /** From now on nobody who is not known yet can sign in. */
  end(): Promise<void> {
    return this.#server.end();
  }
}

/** A good answer once somebody accepts a connection. */
function listens(port: number): Promise<Response> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve(new Response());
    });
  });
}
