import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A GNOME Keyring of its own, on a bus of its own. */
export interface TestKeyring {
  /** What programs that use it are started with. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Locks it; nobody is there to unlock it. */
  lock(): Promise<void>;
  stop(): Promise<void>;
}

const script = `
printf password | gnome-keyring-daemon --unlock --components=secrets > /dev/null
echo "$DBUS_SESSION_BUS_ADDRESS"
while read -r _; do
  dbus-send --session --print-reply --dest=org.freedesktop.secrets /org/freedesktop/secrets \\
    org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login > /dev/null
  echo locked
done`;

export async function startKeyring(): Promise<TestKeyring> {
  const home = await mkdtemp(join(tmpdir(), 'slipway-keyring-'));
  const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home };
  const child = spawn('dbus-run-session', ['--', 'bash', '-c', script], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async () => {
    const line = await Promise.race([lines.next(), ended.then(() => undefined)]);
    if (line === undefined || line.done === true) throw new Error('the keyring did not start, or has ended');
    return line.value;
  };
  const address = await next();
  return {
    env: { ...env, DBUS_SESSION_BUS_ADDRESS: address },
    lock: async () => {
      child.stdin.write('\n');
      await next();
    },
    stop: async () => {
      child.stdin.end();
      await ended;
      await rm(home, { recursive: true, force: true });
    },
  };
}
