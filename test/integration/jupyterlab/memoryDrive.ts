import type { Page } from 'playwright-core';

/** Adds a contents drive `Memory` to JupyterLab, as extensions do for stores that are no disk. @param files text by path */
export async function addMemoryDrive(page: Page, files: Readonly<Record<string, string>>): Promise<void> {
  // As text, for it runs in the page.
  await page.evaluate(`(() => {
    const files = new Map(Object.entries(${JSON.stringify(files)}));
    const since = new Date().toISOString();
    const base = (path) => path.slice(path.lastIndexOf('/') + 1);
    const model = (path, type, size) => ({
      name: base(path), path, type, size, writable: true, created: since, last_modified: since, mimetype: '', content: null, format: null,
    });
    const missing = (path) => {
      const response = new Response('', { status: 404 });
      return Promise.reject(Object.assign(new Error('There is no ' + path), { response }));
    };
    const directory = (path) => {
      const prefix = path === '' ? '' : path + '/';
      const below = [...files.keys()].filter((name) => name.startsWith(prefix));
      if (below.length === 0) return missing(path);
      const names = new Set(below.map((name) => name.slice(prefix.length).split('/')[0]));
      const content = [...names].map((name) => one(prefix + name));
      return Promise.resolve({ ...model(path, 'directory'), format: 'json', content });
    };
    const one = (path) => {
      const text = files.get(path);
      if (text === undefined) return model(path, 'directory');
      return model(path, path.endsWith('.ipynb') ? 'notebook' : 'file', new TextEncoder().encode(text).length);
    };
    const signal = { connect: () => true, disconnect: () => true };
    jupyterapp.serviceManager.contents.addDrive({
      name: 'Memory',
      serverSettings: jupyterapp.serviceManager.serverSettings,
      fileChanged: signal,
      isDisposed: false,
      dispose() {},
      get(path, options = {}) {
        const text = files.get(path);
        if (text === undefined) return directory(path);
        const known = one(path);
        if (options.content === false) return Promise.resolve(known);
        const type = options.type ?? known.type;
        if (type === 'notebook') return Promise.resolve({ ...known, type, format: 'json', content: JSON.parse(text) });
        const content = options.format === 'base64'
          ? btoa(String.fromCharCode(...new TextEncoder().encode(text)))
          : text;
        return Promise.resolve({ ...known, type, format: options.format ?? 'text', content });
      },
      listCheckpoints: () => Promise.resolve([]),
      createCheckpoint: () => Promise.resolve({ id: '1', last_modified: since }),
      getDownloadUrl: () => Promise.resolve(''),
    });
  })()`);
}
