import { URLExt } from '@jupyterlab/coreutils';

/** Where a page is: the parts of `location` that count. */
export interface PageAddress {
  readonly origin: string;
  readonly hostname: string;
}

/**
 * Where the identity provider is to send the browser back to, of the addresses that a platform engineer registers: the hub's
 * one for all its users, or this server's own. Undefined on this machine itself, where the core listens on a port of its own.
 * @param hubCallback as the server half tells it: a URL, or a path on the page's origin
 */
export function callbackAddress(
  page: PageAddress,
  baseUrl: string,
  hubCallback: string | undefined,
): string | undefined {
  if (hubCallback !== undefined) return new URL(hubCallback, page.origin).href;
  if (isLoopback(page.hostname)) return undefined;
  return new URL(URLExt.join(baseUrl, 'slipway/oauth/callback'), page.origin).href;
}

/** How it shows that browser and Jupyter server do not share a machine. */
export type Elsewhere = 'hub' | 'address';

/** Undefined where they share one, as far as anybody can tell. @param hubCallback as above */
export function elsewhere(hostname: string, hubCallback: string | undefined): Elsewhere | undefined {
  if (hubCallback !== undefined) return 'hub';
  return isLoopback(hostname) ? undefined : 'address';
}

/** Whether a page is on this machine itself, as far as its address tells. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
