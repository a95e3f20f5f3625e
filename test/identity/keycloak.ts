import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, HostProcess } from '../integration/hosts/hostProcess.ts';
import { prepareIdentityProvider, type IdentityProducts } from './build.mjs';
import { makeCertificates } from './certificates.mjs';
import { DirectoryServer } from './directoryServer.ts';
import { Door } from './door.ts';
import { KeycloakAdmin, type ClientChanges, type RealmChanges } from './keycloakAdmin.ts';
import { keycloakCommand, startArguments } from './launch.mjs';
import { trustingFetch, type TrustingFetch } from './trustingFetch.ts';

export interface KeycloakOptions {
  readonly realm?: RealmChanges;
  readonly client?: ClientChanges;
}

/** The people of people.ldif, by user name. */
export const passwords = { alice: 'wonder-1', bob: 'builder-2', carol: 'choir-3' } as const;

export type PersonName = keyof typeof passwords;

/** The client that the realm knows, and the audience that its tokens are for. */
export const clientId = 'slipway';
export const audience = 'kubernetes';

/**
 * A Keycloak with the realm of docs/platform/keycloak-realm.json and a directory (LDAP) behind it, by https with a certificate of
 * an authority of its own, on free ports of 127.0.0.1.
 */
export class Keycloak {
  readonly issuer: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly certificateAuthorityFile: string;
  /** By hand, without the trust of the machine. */
  readonly fetch: TrustingFetch;
  readonly admin: KeycloakAdmin;
  readonly #folder: string;
  readonly #server = new HostProcess('Keycloak');
  readonly #directory: DirectoryServer;
  readonly #door: Door;
  readonly #begin: () => Promise<void>;
  #isUp = false;

  private constructor(parts: {
    readonly folder: string;
    readonly url: string;
    readonly certificateAuthority: string;
    readonly certificateAuthorityFile: string;
    readonly directory: DirectoryServer;
    readonly door: Door;
    readonly begin: (server: HostProcess) => Promise<void>;
  }) {
    this.#folder = parts.folder;
    this.#directory = parts.directory;
    this.#door = parts.door;
    this.#begin = () => parts.begin(this.#server);
    this.issuer = `${parts.url}/realms/slipway`;
    this.certificateAuthority = parts.certificateAuthority;
    this.certificateAuthorityFile = parts.certificateAuthorityFile;
    this.fetch = trustingFetch(parts.certificateAuthority);
    this.admin = new KeycloakAdmin(parts.url, this.fetch);
  }

  static async start(options: KeycloakOptions = {}): Promise<Keycloak> {
    const products = await prepareIdentityProvider({ log: () => undefined });
    const folder = await mkdtemp(join(tmpdir(), 'slipway-keycloak-'));
    const [port, managementPort, files] = await Promise.all([
      freePort(),
      freePort(),
      makeCertificates(join(folder, 'certificates')),
      makeHome(folder, products),
    ]);
    const { certificate, key } = files;
    const door = await Door.before(port);
    const [command, args] = keycloakCommand(
      products.distribution,
      folder,
      startArguments({ port, knownPort: door.port, managementPort, certificate, key }),
      [`-XX:SharedArchiveFile=${products.classes}`],
    );
    const begin = (server: HostProcess): Promise<void> =>
      server.start(command, args, { cwd: folder, env: process.env }, () =>
        fetch(`http://127.0.0.1:${managementPort}/health/ready`),
      );
    const keycloak = new Keycloak({
      folder,
      begin,
      door,
      url: `https://127.0.0.1:${door.port}`,
      certificateAuthority: await readFile(files.authority, 'utf8'),
      certificateAuthorityFile: files.authority,
      directory: new DirectoryServer(products.directoryJar),
    });
    try {
      await keycloak.#first(options);
    } catch (error) {
      await keycloak.dispose();
      throw error;
    }
    return keycloak;
  }

  /** What the server wrote so far. */
  get log(): string {
    return this.#server.log;
  }

  /** As in an outage of the network: nobody answers at its address. Another start, as after `stop`, takes 20 s of a processor. */
  leave(): Promise<void> {
    return this.#door.shut();
  }

  /** After `leave`; nothing where it is there. */
  comeBack(): Promise<void> {
    return this.#door.open();
  }

  /** As in an outage: nobody answers, and what it knew is kept. */
  async stop(): Promise<void> {
    this.#isUp = false;
    await this.#server.end();
  }

  /** After `stop`, at the same address; nothing where it runs. */
  async restart(): Promise<void> {
    if (this.#isUp) return;
    await this.#begin();
    this.#isUp = true;
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#server.end('SIGKILL'), this.#directory.end(), this.#door.shut()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #first({ realm, client }: KeycloakOptions): Promise<void> {
    await Promise.all([this.restart(), this.#directory.start()]);
    await this.admin.connectDirectory(this.#directory.url);
    if (realm !== undefined) await this.admin.changeRealm(realm);
    if (client !== undefined) await this.admin.changeClient(client);
  }
}

/** A home with a database of its own, and the rest as the distribution has it. */
async function makeHome(folder: string, { distribution, database }: IdentityProducts): Promise<void> {
  await mkdir(join(folder, 'data'));
  await cp(database, join(folder, 'data/h2'), { recursive: true });
  for (const name of ['conf', 'lib', 'providers', 'themes']) {
    await symlink(join(distribution, name), join(folder, name));
  }
}
