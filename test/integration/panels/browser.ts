import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { serveGallery, type GalleryServer } from '../../panels/galleryPage.ts';
import { launchBrowser } from '../hosts/chromium.ts';

/** A page of the gallery, and what went wrong in it. */
export interface OpenPage {
  readonly page: Page;
  /** Errors, warnings of the console and requests that the page's policy refused. */
  readonly complaints: string[];
}

/** Chromium with the gallery, for the tests of a file. */
export function useGallery(): { open(query: string, width?: number, height?: number): Promise<OpenPage> } {
  let browser: Browser;
  let server: GalleryServer;
  beforeAll(async () => {
    server = await serveGallery();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  return {
    open: async (query, width = 1000, height = 800) => {
      const page = await browser.newPage({ viewport: { width, height } });
      // Playwright's thirty seconds are too few for a machine that does other things besides.
      page.setDefaultTimeout(120_000);
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      await page.goto(`${server.url}?${query}`);
      return { page, complaints };
    },
  };
}
