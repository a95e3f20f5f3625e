import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ClusterStatus } from '../../cluster/cluster.mjs';
import { testPython } from '../cli/slipway.ts';

const region = 'eu-test';

/** Makes buckets and puts objects, by Amazon's own client: `put.py ENDPOINT REGION BUCKET`, objects as JSON on standard input. */
const put = `
import json, sys, botocore.session
from botocore.config import Config
endpoint, region, bucket = sys.argv[1:]
path = Config(s3={"addressing_style": "path"})
client = botocore.session.get_session().create_client("s3", region_name=region, endpoint_url=endpoint, config=path)
client.create_bucket(Bucket=bucket)
for key, text in json.load(sys.stdin).items():
    client.put_object(Bucket=bucket, Key=key, Body=text.encode())
`;

/** A real S3 server (VersityGW) for pods and this machine, which lets in its one user only. */
export class S3Server {
  readonly region = region;
  readonly keys = { AWS_ACCESS_KEY_ID: 'ada', AWS_SECRET_ACCESS_KEY: 'not-for-anybody-else' };
  readonly url: string;
  readonly #folder: string;
  readonly #process: ChildProcess;
  #failure: Error | undefined;

  private constructor(url: string, folder: string, process: ChildProcess) {
    this.url = url;
    this.#folder = folder;
    this.#process = process;
    process.on('error', (error) => (this.#failure = error));
    process.on('exit', (code, signal) => (this.#failure ??= new Error(`the S3 server ended with ${signal ?? code}`)));
  }

  /** Starts the program that is built with the cluster. */
  static async start({ nodeAddress, kubectl }: ClusterStatus): Promise<S3Server> {
    const binary = join(dirname(kubectl), 'versitygw');
    const folder = await mkdtemp(join(tmpdir(), 'slipway-s3-'));
    const address = `${nodeAddress}:${await freePort(nodeAddress)}`;
    const env = { ...process.env, ROOT_ACCESS_KEY: 'ada', ROOT_SECRET_KEY: 'not-for-anybody-else' };
    const started = spawn(binary, ['--port', address, '--region', region, '--quiet', 'posix', folder], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const server = new S3Server(`http://${address}`, folder, started);
    try {
      await server.#answers();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  /** Makes a bucket with these objects, by key. */
  async fill(bucket: string, objects: Readonly<Record<string, string>>): Promise<void> {
    const env = { ...process.env, ...this.keys };
    const running = promisify(execFile)(testPython(), ['-c', put, this.url, region, bucket], { env });
    running.child.stdin?.end(JSON.stringify(objects));
    await running;
  }

  async dispose(): Promise<void> {
    if (this.#failure === undefined) {
      const ended = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGKILL');
      await ended;
    }
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async #answers(): Promise<void> {
    const end = Date.now() + 240_000;
    let seen: unknown;
    while (Date.now() < end) {
      if (this.#failure !== undefined) throw this.#failure;
      try {
        await fetch(this.url, { signal: AbortSignal.timeout(5000) });
        return;
      } catch (error) {
        seen = error;
      }
      await sleep(100);
    }
    throw new Error(`the S3 server at ${this.url} does not answer`, { cause: seen });
  }
}

async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
