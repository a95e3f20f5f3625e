import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import type { GalleryWindow } from '../../panels/gallery.ts';
import { themeNames } from '../../panels/themes.ts';
import { useGallery } from './browser.ts';

const gallery = useGallery();

/**
 * What can be seen and has less contrast with what is behind it than WCAG asks for: 4.5 to 1 for texts; 3 to 1 for icons and
 * for the outlines of boxes to tick, which show what state they are in.
 */
function faintParts(page: Page): Promise<string[]> {
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
    const contrast = (element: Element, colour: string, from: Element = element): number => {
      const behind: string[] = [];
      for (let at: Element | null = from; at !== null; at = parentOf(at)) {
        behind.unshift(getComputedStyle(at).backgroundColor);
      }
      for (const colour of behind) paint(colour);
      const ground = luminance();
      canvas.globalAlpha = Number(getComputedStyle(element).opacity);
      paint(colour);
      canvas.globalAlpha = 1;
      const text = luminance();
      return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    };
    const isOff = (element: Element): boolean => element.closest(':disabled, [aria-disabled=true]') !== null;
    const faint: string[] = [];
    const visit = (root: ParentNode): void => {
      for (const element of root.querySelectorAll('*')) {
        if (element.shadowRoot !== null) visit(element.shadowRoot);
        if (element.matches('svg.i') && element.checkVisibility() && !isOff(element)) {
          const ratio = contrast(element, getComputedStyle(element).color);
          if (ratio < 3) faint.push(`${ratio.toFixed(2)} icon in ${parentOf(element)?.className ?? ''}`);
        }
        if (element.matches('input:is([type=checkbox], [type=radio]):enabled') && element.checkVisibility()) {
          const { borderColor } = getComputedStyle(element);
          const ratio = contrast(element, borderColor, parentOf(element) ?? element);
          if (ratio < 3) faint.push(`${ratio.toFixed(2)} outline ${element.id}`);
        }
        const text = [...element.childNodes].map((node) => (node instanceof Text ? node.data.trim() : '')).join('');
        // What cannot be used is exempt, as in WCAG.
        if (text === '' || !element.checkVisibility() || isOff(element)) continue;
        if (element.closest('style, label:has(:disabled), option')) continue;
        const ratio = contrast(element, getComputedStyle(element).color);
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

const views = [
  ['state=failed', '.find'],
  ['state=queued', '.graph'],
  ['state=passed', '.graph'],
  ['state=running', '.row'],
  ['panel=form&state=new', '.fcol'],
] as const;

/** Each view is loaded once and shown in one theme after the other, as where a person changes the theme. */
let pages: readonly (readonly [query: string, page: Page])[];
beforeAll(async () => {
  const opened = views.map(async ([query, selector]) => {
    const { page } = await gallery.open(query);
    await page.locator(selector).first().waitFor();
    return [query, page] as const;
  });
  pages = await Promise.all(opened);
});

it.each(themeNames)('in %s every text and icon can be seen, and every control has a name', async (theme) => {
  const found = await Promise.all(
    pages.map(async ([query, page]) => {
      await page.evaluate((name) => (globalThis as unknown as GalleryWindow).changeTheme(name), theme);
      const faint = await faintParts(page);
      const nameless = await namelessControls(page);
      return [...faint, ...nameless].map((part) => `${query}: ${part}`);
    }),
  );
  expect(found.flat()).toEqual([]);
});
