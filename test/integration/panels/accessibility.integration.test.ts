import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useGallery } from './browser.ts';

const gallery = useGallery();

/** Every text that can be seen and has less contrast with what is behind it than WCAG asks for, 4.5 to 1. */
function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    if (canvas === null) throw new Error('no canvas');
    const parentOf = (element: Element): Element | null => {
      const root = element.getRootNode();
      return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
    };
    const paint = (colour: string): void => {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    };
    const luminance = (): number => {
      const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
      const linear = (value: number): number => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      };
      return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    };
    const contrast = (element: Element): number => {
      const behind: string[] = [];
      for (let at: Element | null = element; at !== null; at = parentOf(at)) {
        behind.unshift(getComputedStyle(at).backgroundColor);
      }
      for (const colour of behind) paint(colour);
      const ground = luminance();
      canvas.globalAlpha = Number(getComputedStyle(element).opacity);
      paint(getComputedStyle(element).color);
      canvas.globalAlpha = 1;
      const text = luminance();
      return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    };
    const faint: string[] = [];
    const visit = (root: ParentNode): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot !== null) visit(element.shadowRoot);
        const text = [...element.childNodes].map((node) => (node instanceof Text ? node.data.trim() : '')).join('');
        // What cannot be used is exempt, as in WCAG.
        if (text === '' || !element.checkVisibility() || element.closest(':disabled, [aria-disabled=true]')) continue;
        if (element.closest('style, label:has(:disabled), option')) continue;
        const ratio = contrast(element);
        if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${element.className} "${text.slice(0, 30)}"`);
      }
    };
    visit(document);
    return [...new Set(faint)];
  });
}

/** Controls without a name that a screen reader could say. */
async function namelessControls(page: Page): Promise<string[]> {
  const nameless: string[] = [];
  for (const role of ['button', 'textbox', 'combobox', 'checkbox', 'radio', 'tab', 'spinbutton'] as const) {
    for (const control of await page.getByRole(role, { name: /^\s*$/ }).all()) {
      nameless.push(`${role} ${(await control.getAttribute('class')) ?? ''}`);
    }
  }
  return nameless;
}

const themes = ['vscode-light', 'lab-light'];

describe.each(themes)('in %s', (theme) => {
  it.each([
    ['state=failed', '.find'],
    ['state=queued', '.graph'],
    ['state=running', '.row'],
    ['panel=form&state=new', '.fcol'],
  ])('every text can be read and every control has a name: %s', async (query, selector) => {
    const { page } = await gallery.open(`${query}&theme=${theme}`);
    await page.locator(selector).first().waitFor();
    expect(await faintTexts(page)).toEqual([]);
    expect(await namelessControls(page)).toEqual([]);
    await page.close();
  });
});
