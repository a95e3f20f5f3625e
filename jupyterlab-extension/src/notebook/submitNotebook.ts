import { PathExt } from '@jupyterlab/coreutils';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { Submission } from '@slipway/shared/protocol';
import { notebookFolder } from './notebookFolder.ts';
import { notebookText } from './notebookText.ts';

type Drives = Pick<Contents.IManager, 'driveName' | 'localPath'>;

/** The open notebook as a submission: from memory, whatever is on the disk. */
export async function submissionOf(
  panel: NotebookPanel,
  context: string,
  contents: Drives,
  contentsRoot: string | undefined,
): Promise<Submission> {
  await panel.context.ready;
  const { model } = panel.content;
  if (model === null) throw new Error('The notebook has no model.');
  const localPath = contents.localPath(panel.context.path);
  return {
    context,
    folder: notebookFolder(contents.driveName(panel.context.path), localPath, contentsRoot),
    spec: { notebook: PathExt.basename(localPath) },
    notebookText: notebookText(notebookObject(model.toJSON()), panel.sessionContext.session?.kernel?.name),
    unsaved: panel.context.model.dirty,
  };
}

function notebookObject(json: unknown): object {
  if (typeof json !== 'object' || json === null) throw new Error('The notebook is no JSON object.');
  return json;
}
