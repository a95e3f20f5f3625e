import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A certificate and its key, PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Certificates made by openssl for tests. `dispose` removes the files. */
export class TestAuthority {
  readonly #folder: string;
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<TestAuthority> {
    const authority = new TestAuthority(await mkdtemp(join(tmpdir(), 'slipway-certificates-')));
    await authority.#openssl(
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      {
        key: 'ca.key',
        out: 'ca.crt',
        subject: '/CN=slipway test authority',
      },
    );
    return authority;
  }

  /** Signs for an authority that exists: that of a test cluster. */
  static async of(pair: KeyPair): Promise<TestAuthority> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-certificates-'));
    await writeFile(join(folder, 'ca.crt'), pair.certificate);
    await writeFile(join(folder, 'ca.key'), pair.key, { mode: 0o600 });
    return new TestAuthority(folder);
  }

  /** Of the authority itself. */
  certificate(): Promise<string> {
    return readFile(join(this.#folder, 'ca.crt'), 'utf8');
  }

  /**
   * A certificate signed by the authority.
   * @param names its subject alternative names, such as `IP:127.0.0.1`
   * @param validity `-not_before` and `-not_after` as openssl has them, default two days from now
   */
  async issue(
    subject: string,
    names: string,
    validity?: { readonly from: string; readonly to: string },
  ): Promise<KeyPair> {
    this.#count += 1;
    const base = `leaf${this.#count}`;
    const file = (name: string) => join(this.#folder, name);
    await writeFile(file(`${base}.ext`), names === '' ? 'basicConstraints=CA:FALSE\n' : `subjectAltName=${names}\n`);
    await this.#openssl(['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'], {
      key: `${base}.key`,
      out: `${base}.csr`,
      subject,
    });
    const signing = [
      '-CA',
      file('ca.crt'),
      '-CAkey',
      file('ca.key'),
      // Of its own: two that are issued at once would read and write the same one.
      '-CAserial',
      file(`${base}.srl`),
      '-CAcreateserial',
      '-extfile',
      file(`${base}.ext`),
    ];
    if (validity === undefined) {
      const request = ['x509', '-req', '-in', file(`${base}.csr`), '-days', '2', ...signing];
      await run('openssl', [...request, '-out', file(`${base}.crt`)]);
    } else {
      await this.#signDated(base, names, validity);
    }
    return {
      certificate: await readFile(file(`${base}.crt`), 'utf8'),
      key: await readFile(file(`${base}.key`), 'utf8'),
    };
  }

  async dispose(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** `openssl ca` is the command that takes dates in every version. */
  async #signDated(
    base: string,
    names: string,
    validity: { readonly from: string; readonly to: string },
  ): Promise<void> {
    const file = (name: string) => join(this.#folder, name);
    const config = [
      '[ca]\ndefault_ca=test\n[test]\nnew_certs_dir=' + this.#folder,
      `database=${file(`${base}.index`)}\nserial=${file(`${base}.serial`)}\ndefault_md=sha256\npolicy=any\nx509_extensions=leaf`,
      '[any]\ncommonName=supplied\norganizationName=optional',
      names === '' ? '[leaf]\nbasicConstraints=CA:FALSE' : `[leaf]\nsubjectAltName=${names}`,
    ].join('\n');
    await writeFile(file(`${base}.cnf`), config);
    await writeFile(file(`${base}.index`), '');
    await writeFile(file(`${base}.serial`), '1000\n');
    await run('openssl', [
      ...[
        'ca',
        '-batch',
        '-notext',
        '-config',
        file(`${base}.cnf`),
        '-cert',
        file('ca.crt'),
        '-keyfile',
        file('ca.key'),
      ],
      ...[
        '-in',
        file(`${base}.csr`),
        '-out',
        file(`${base}.crt`),
        '-startdate',
        validity.from,
        '-enddate',
        validity.to,
      ],
    ]);
  }

  async #openssl(
    args: readonly string[],
    files: { readonly key: string; readonly out: string; readonly subject: string },
  ): Promise<void> {
    const named = ['-keyout', join(this.#folder, files.key), '-out', join(this.#folder, files.out)];
    await run('openssl', [...args, ...named, '-subj', files.subject]);
  }
}
