/** What the browser shows at the end of a sign-in. */
export interface CallbackPage {
  readonly english: { readonly title: string; readonly text: string };
  readonly chinese: { readonly title: string; readonly text: string };
}

/** @param openedBy where the sign-in was begun: `VS Code` */
export function signedInPage(openedBy: string): CallbackPage {
  return {
    english: { title: 'You are signed in', text: `You can close this tab and go back to ${openedBy}.` },
    chinese: { title: '您已登录', text: `您可以关闭此标签页，返回 ${openedBy}。` },
  };
}

/** @param reason a sentence in English, which may quote the provider */
export function failedPage(openedBy: string, reason: string): CallbackPage {
  return {
    english: { title: 'The sign-in failed', text: `${reason} Go back to ${openedBy} and try again.` },
    chinese: { title: '登录失败', text: `请返回 ${openedBy} 查看原因并重试。` },
  };
}

/** A browser came with the answer to another sign-in, or somebody tried to smuggle one in. */
export const strangerPage: CallbackPage = {
  english: {
    title: 'This is another sign-in',
    text: 'The sign-in that waits here has not been answered by this page. Finish in the tab that was opened last.',
  },
  chinese: { title: '这是另一次登录', text: '此页面不是当前等待的登录。请在最后打开的标签页中完成登录。' },
};

/** A page that needs nothing from anywhere and runs nothing. */
export function callbackHtml({ english, chinese }: CallbackPage): string {
  const part = (lang: string, { title, text }: CallbackPage['english']) =>
    `<section lang="${lang}"><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p></section>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${escapeHtml(english.title)} · Slipway</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem}
h1{font-size:1.35rem;font-weight:600;margin:0 0 .3rem}p{margin:0;overflow-wrap:anywhere}section+section{margin-top:2rem;opacity:.75}</style>
</head><body><main>${part('en', english)}${part('zh-Hans', chinese)}</main></body></html>
`;
}

function escapeHtml(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (sign) => names[sign] ?? '');
}
