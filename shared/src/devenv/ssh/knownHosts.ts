/** The host key of a host in the text of our own known_hosts: `ssh-ed25519 AAAA…`; undefined where none is. */
export function pinnedKey(text: string, host: string): string | undefined {
  for (const line of text.split('\n')) {
    const [name, type, key] = line.trim().split(/\s+/);
    if (name === host && type !== undefined && key !== undefined) return `${type} ${key}`;
  }
  return undefined;
}

/** The text with this key as the only one of the host. @param key `ssh-ed25519 AAAA…` without a comment */
export function withPin(text: string, host: string, key: string): string {
  return `${withoutPin(text, host)}${host} ${key}\n`;
}

/** The text without the host. */
export function withoutPin(text: string, host: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && line.trim().split(/\s+/)[0] !== host);
  return lines.map((line) => `${line}\n`).join('');
}
