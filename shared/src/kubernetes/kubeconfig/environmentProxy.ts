import { isIP } from 'node:net';

const proxyProtocols = ['http:', 'https:', 'socks5:', 'socks5h:'];

/** A proxy as it can be gone through; undefined for what is no URL of one: `http://`, `https://`, `socks5://`. */
export function parseProxy(text: string): URL | undefined {
  const url = URL.parse(text);
  return url !== null && proxyProtocols.includes(url.protocol) && url.hostname !== '' ? url : undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for an https server, as kubectl understands it: `HTTPS_PROXY` without those of
 * `NO_PROXY`, never for this machine itself.
 */
export function environmentProxy(server: URL, env: Environment): string | undefined {
  const proxy = first(env, ['HTTPS_PROXY', 'https_proxy']);
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (proxy === undefined || host === 'localhost' || isLoopback(host)) return undefined;
  const port = server.port === '' ? '443' : server.port;
  const excepted = (first(env, ['NO_PROXY', 'no_proxy']) ?? '').split(',').some((rule) => covers(rule, host, port));
  if (excepted) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function first(env: Environment, names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '');
}

function isLoopback(host: string): boolean {
  return host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** A rule of `NO_PROXY`: `*`, a host with its subdomains, `.domain`, an address, a range `10.0.0.0/8`; perhaps with a port. */
function covers(text: string, host: string, port: string): boolean {
  const rule = text.trim().toLowerCase();
  if (rule === '') return false;
  if (rule === '*') return true;
  if (rule.includes('/')) return inRange(rule, host);
  const { name, onlyPort } = splitPort(rule);
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const suffix = name.replace(/^\*?\./, '');
  if (name === '' || isIP(name) !== 0) return name === host;
  return host.endsWith(`.${suffix}`) || (name === suffix && host === suffix);
}

/** `host:443`, `[::1]:443`; an address of IPv6 without brackets has no port. */
function splitPort(rule: string): { readonly name: string; readonly onlyPort: string | undefined } {
  const found = /^(.*?)(?::(\d+))?$/.exec(rule);
  const bare = isIP(rule) === 6 ? rule : (found?.[1] ?? rule);
  return { name: bare.replace(/^\[|\]$/g, ''), onlyPort: isIP(rule) === 6 ? undefined : found?.[2] };
}

/** IPv4 only: ranges of IPv6 are not looked into. */
function inRange(rule: string, host: string): boolean {
  const [network = '', bits = ''] = rule.split('/');
  if (isIP(network) !== 4 || isIP(host) !== 4 || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(network) / size) === Math.floor(numberOf(host) / size);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
