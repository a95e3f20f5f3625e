/**
 * A port of the person's own machine, as a VS Code in the browser leaves it alone. code-server sends links to `127.0.0.1:PORT` and
 * `localhost:PORT`, as they are written there, through a proxy of its own below another path, where JupyterLab finds none of its files.
 * Capitals mean the same to every browser.
 * @param authority of an address of this machine: `127.0.0.1:8888`
 */
export function unproxied(authority: string): string {
  return authority.replace(/^(?:127\.0\.0\.1|localhost)(?=:\d+$)/, 'LOCALHOST');
}
