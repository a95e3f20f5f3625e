import type { Sentences } from '@slipway/shared/views';

/** Words that only JupyterLab shows; all others are in the shared views. */
export const english = {
  runCaption: 'Run this notebook, as it is on the screen, in the chosen context',
  showRuns: 'Show runs',
  runs: 'Runs',
  contexts: 'Contexts',
  noRuns: 'No runs yet. What you run appears here, live.',
  connecting: 'Connecting…',
  noNotebook: 'Open a notebook to run it.',
  runsIn: (title: string, context: string) => `${title}, in ${context}`,
  thisMachine: 'This machine',
  stale: 'Not reachable',
  forbidden: 'Not allowed',
  chooseContext: (context: string) => `Run in ${context}`,
  openRun: 'Open run',
  openLogs: 'Logs',
  cancelRun: 'Cancel',
  rerun: 'Run again',
  retry: 'Retry from the step that failed',
  more: 'More actions',
  deleteItem: 'Delete…',
  deleteRun: 'Delete run',
  confirmDelete: (title: string) => `Delete the run of ${title} with its log and artifacts? This cannot be undone.`,
  reallyDelete: 'Delete',
  retryConnection: 'Try again',
  connectionBroken: 'The connection to Slipway on the Jupyter server broke. Runs go on.',
  notConnected: 'The Jupyter server does not carry the connection to Slipway. Runs go on.',
  reconnects:
    'It is tried again by itself. If this stays, look whether the server still runs and you are still signed in.',
  submitting: (title: string) => `Submitting ${title}…`,
  submittedWith: (title: string, text: string) => `${title}: ${text}`,
  logsOf: (title: string) => `Logs: ${title}`,
  form: (title: string) => `Run ${title}…`,
  formCommand: 'Run on GPU cluster with options…',
  sandboxed: 'Shown in a sandbox: no network, no access to JupyterLab.',
  versions: (page: string, server: string) =>
    `The page has Slipway ${page}, the Jupyter server ${server}. Run "pip install slipway_jupyterlab==${page}" beside the server and restart it, or reload the page.`,
  noPanels: 'The Jupyter server did not send what shows runs.',
  reloadForPanels: 'Reload the page: Slipway may have been updated since it was opened.',
  notSaved: 'unsaved copy',
  failedCellGone: 'The cell that failed is no longer in this notebook.',
  /** Errors of this host itself and of its server half, by the English sentence. */
  errors: {} as Sentences,
};

export type LabWords = typeof english;
