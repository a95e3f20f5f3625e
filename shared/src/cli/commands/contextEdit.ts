import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SlipwayError } from '../../protocol/index.ts';
import { errorLines } from '../errorText.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Session } from '../session.ts';
import { canAsk, confirm } from '../terminal/confirm.ts';
import { plain } from '../terminal/line.ts';
import { openEditor } from './editor.ts';

/** What the editor begins with where there is no configuration yet. */
const empty = `version: 1
# See docs/guide/contexts.md for what can stand here.
contexts: []
`;

/** `slipway context edit`: the whole configuration, on a copy that is checked before it takes the file's place. */
export async function editContexts(session: Session): Promise<number> {
  const { configPath, readConfigText, replaceConfig } = await import('../../identity/index.ts');
  const configDir = await session.io.configDir();
  const before = (await readConfigText(configPath(configDir))) ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'slipway-edit-'));
  const file = join(folder, 'config.yaml');
  await writeFile(file, before === '' ? empty : before, { mode: 0o600 });
  for (;;) {
    await openEditor(session, file, 'nothing was changed');
    const text = await readFile(file, 'utf8');
    try {
      if (text !== before) await replaceConfig(configDir, before, text);
      await rm(folder, { recursive: true });
      session.out.writeLines([[plain(text === before ? 'nothing was changed' : `wrote ${configPath(configDir)}`)]]);
      return exitCodes.passed;
    } catch (error) {
      if (!SlipwayError.is(error) || error.code === 'disk.denied') throw error;
      if (!canAsk(session)) throw kept(error, file);
      session.err.writeLines(errorLines(error, session.widthOf(session.err)));
      if (!(await confirm(session, 'Edit it again?', true))) throw kept(error, file);
    }
  }
}

function kept(error: SlipwayError, file: string): SlipwayError {
  return new SlipwayError(error.code, error.message, { action: `Your text is kept in ${file}.`, cause: error });
}
