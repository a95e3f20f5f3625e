import type { Page } from 'playwright-core';

/** In the page, where it keeps what it sees. */
const record = `
  const kinds = globalThis.statusKinds = [];
  const look = () => {
    const item = document.querySelector('[id="slipway.slipway-vscode.slipway.status"]');
    const icon = /codicon-(\\w+)/.exec(item?.querySelector(".codicon")?.className ?? "")?.[1] ?? "none";
    const kind = item === null ? "gone" : icon;
    if (kinds.at(-1) !== kind) kinds.push(kind);
  };
  look();
  new MutationObserver(look).observe(document.querySelector(".statusbar"), { subtree: true, childList: true, attributes: true });`;

/**
 * Keeps what the status item of a page shows from now on, as one word each time that it changes: `gone`, else the name of
 * its icon such as `loading` or `rocket`.
 */
export async function recordStatusItem(page: Page): Promise<{ readonly shown: () => Promise<readonly string[]> }> {
  await page.evaluate(`{${record}}`);
  return { shown: () => page.evaluate<readonly string[]>('globalThis.statusKinds') };
}
