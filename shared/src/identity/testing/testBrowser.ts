interface Asked {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
}
type Send = (url: string, asked: Asked) => Promise<Response>;

/** What a browser does at the pages of the test provider, without one: follows redirects, keeps cookies, sends forms. */
export class TestBrowser {
  readonly #cookies = new Map<string, string>();
  readonly #name: string;
  readonly #send: Send;

  /**
   * @param name whom to sign in as
   * @param send does one request and follows no redirect: for providers with a certificate authority of their own
   */
  constructor(name = 'alice', send: Send = (url, asked) => fetch(url, { ...asked, redirect: 'manual' })) {
    this.#name = name;
    this.#send = send;
  }

  /** Goes where a sign-in wants it, signs in and agrees; resolves with the address that it is sent to at last. */
  async signIn(url: string, redirectUri: string): Promise<string> {
    let at = url;
    for (let step = 0; step < 20; step += 1) {
      if (at.startsWith(redirectUri)) return at;
      at = await this.#onward(at);
    }
    throw new Error(`the sign-in did not come to its end: ${at}`);
  }

  /** Enters a code of a device, with the address that has it. */
  async enterCode(url: string): Promise<string> {
    let at = url;
    for (let step = 0; step < 20; step += 1) {
      const page = await this.#get(at);
      if (page.location !== undefined) at = new URL(page.location, at).href;
      else if (/name="xsrf"|name="prompt"/.test(page.text)) at = await this.#submit(at, page.text);
      else return page.text;
    }
    throw new Error(`the code was not taken: ${at}`);
  }

  /** Where a page leads: by a redirect, or by the form on it. */
  async #onward(at: string): Promise<string> {
    const page = await this.#get(at);
    return page.location === undefined ? this.#submit(at, page.text) : new URL(page.location, at).href;
  }

  async #submit(at: string, html: string): Promise<string> {
    const action = /<form[^>]* action="([^"]*)"/.exec(html)?.[1];
    if (action === undefined)
      throw new Error(`there is no form at ${at}: ${html.replaceAll(/<[^>]*>/g, ' ').slice(-500)}`);
    const fields = [...html.matchAll(/<input[^>]* type="hidden"[^>]*>/g)].map(([input]): [string, string] => [
      /name="([^"]*)"/.exec(input)?.[1] ?? '',
      /value="([^"]*)"/.exec(input)?.[1] ?? '',
    ]);
    const form = new URLSearchParams([...fields, ['login', this.#name], ['password', 'secret'], ['confirm', 'yes']]);
    const url = new URL(action.replaceAll('&amp;', '&'), at);
    const response = await this.#fetch(url.href, { method: 'POST', body: form });
    const location = response.headers.get('location');
    await response.text();
    return location === null ? url.href : new URL(location, url).href;
  }

  async #get(url: string): Promise<{ readonly text: string; readonly location: string | undefined }> {
    const response = await this.#fetch(url, {});
    return { text: await response.text(), location: response.headers.get('location') ?? undefined };
  }

  async #fetch(url: string, asked: Omit<Asked, 'headers'>): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await this.#send(url, { ...asked, headers: { cookie, accept: 'text/html' } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = pair.split('=');
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}
