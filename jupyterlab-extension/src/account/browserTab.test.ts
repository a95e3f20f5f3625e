import { describe, expect, it } from 'vitest';
import { BrowserTab } from './browserTab.ts';

/** As much of a window as is touched. */
function rig(isBlocked = false) {
  const tabs: { opener: unknown; closed: boolean; shown: string; title: string }[] = [];
  const open = (): Window | null => {
    if (isBlocked) return null;
    const tab = { opener: {} as unknown, closed: false, shown: '', title: '' };
    tabs.push(tab);
    const body = { textContent: '' };
    return Object.assign(tab, {
      close: () => (tab.closed = true),
      location: { replace: (url: string) => (tab.shown = url) },
      document: {
        set title(text: string) {
          tab.title = text;
        },
        body,
      },
    }) as unknown as Window;
  };
  return { tab: new BrowserTab(open), tabs };
}

describe('the tab of a sign-in', () => {
  it('is opened in the click, and sent to the page once that is known', () => {
    const { tab, tabs } = rig();
    tab.prepare('Asking…');
    expect(tabs).toMatchObject([{ title: 'Asking…', shown: '', opener: null }]);
    tab.show('https://sso.example.com/');
    expect(tabs).toMatchObject([{ shown: 'https://sso.example.com/' }]);
    tab.discard();
    expect(tabs).toMatchObject([{ closed: false }]);
  });

  it('is closed where no page comes', () => {
    const { tab, tabs } = rig();
    tab.prepare('Asking…');
    tab.discard();
    expect(tabs).toMatchObject([{ closed: true }]);
  });

  it('is a new one where the person has closed it or none was opened', () => {
    const { tab, tabs } = rig();
    tab.prepare('Asking…');
    if (tabs[0] !== undefined) tabs[0].closed = true;
    tab.show('https://sso.example.com/1');
    tab.show('https://sso.example.com/2');
    expect(tabs.map(({ shown, opener }) => [shown, opener])).toEqual([
      ['', null],
      ['https://sso.example.com/1', null],
      ['https://sso.example.com/2', null],
    ]);
  });

  it('says so where the browser opens none', () => {
    const { tab } = rig(true);
    tab.prepare('Asking…');
    expect(() => tab.show('https://sso.example.com/')).toThrow('no tab');
  });
});
