import * as vscode from 'vscode';

/** As long as VS Code shows a notice without buttons. */
const readMs = 15_000;

/**
 * Tells that something goes on without this window, until that is over, and no longer than it takes to read it. Notices of progress are
 * the only ones that VS Code takes back.
 * @param text may have links to commands
 */
export function tellInPassing(text: string, over: Promise<void>): void {
  const location = vscode.ProgressLocation.Notification;
  void vscode.window.withProgress({ location, title: text }, async () => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = new Promise<void>((resolve) => (timer = setTimeout(resolve, readMs)));
    await Promise.race([over, read]);
    clearTimeout(timer);
  });
}

/** Words that run a command with something when they are pressed. @param words plain, and without brackets */
export function commandLink(words: string, command: string, argument: unknown): string {
  // A bracket would end the link.
  const encoded = encodeURIComponent(JSON.stringify([argument]))
    .replaceAll('(', '%28')
    .replaceAll(')', '%29');
  return `[${words}](command:${command}?${encoded})`;
}
