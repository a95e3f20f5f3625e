import { request } from 'node:https';

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or a form. */
  readonly body?: string | URLSearchParams;
  readonly signal?: AbortSignal | undefined;
}

export type TrustingFetch = (url: string | URL, asked?: Asked) => Promise<Response>;

/** Like `fetch` without redirects, for servers whose certificates one authority signed. @param authority PEM */
export function trustingFetch(authority: string): TrustingFetch {
  return (url, { method = 'GET', headers = {}, body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const form = body instanceof URLSearchParams ? { 'content-type': 'application/x-www-form-urlencoded' } : {};
      const options = { ca: authority, agent: false as const, method, headers: { ...form, ...headers }, signal };
      const asked = request(url, options, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          const status = answer.statusCode ?? 500;
          const known = Object.entries(answer.headers).flatMap(([name, value]) =>
            (Array.isArray(value) ? value : [value ?? '']).map((one): [string, string] => [name, one]),
          );
          // A Response of these has no body, not even an empty one.
          const content = status === 204 || status === 304 ? null : Buffer.concat(chunks);
          resolve(new Response(content, { status, headers: known }));
        });
      });
      asked.once('error', reject);
      asked.end(body?.toString());
    });
}
