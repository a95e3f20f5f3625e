/** `https://host:6443` or `https://host/path`, never user info or query. */
export function describeUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
}
