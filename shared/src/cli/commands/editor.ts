import { SlipwayError } from '../../protocol/index.ts';
import type { Session } from '../session.ts';

/**
 * Opens a file in the person's editor and waits for it.
 * @param nothing what was not done where the editor fails: `nothing was run`
 * @throws SlipwayError `usage` without a working editor
 */
export async function openEditor(session: Session, file: string, nothing: string): Promise<void> {
  const { env, platform } = session.io;
  const chosen = [env.VISUAL, env.EDITOR].find((text) => text !== undefined && text !== '');
  const editor = chosen ?? (platform === 'win32' ? 'notepad' : 'vi');
  // Ctrl-C belongs to the editor while it has the terminal.
  const ignoring = session.onInterrupt(() => undefined);
  try {
    const exitCode = await session.io.runEditor(editor, file);
    if (exitCode === 0) return;
    throw new SlipwayError('usage', `The editor "${editor}" ended with ${exitCode}, so ${nothing}.`, {
      action: `Name a working one in $VISUAL or $EDITOR. The text is in ${file}.`,
    });
  } finally {
    ignoring.dispose();
  }
}
