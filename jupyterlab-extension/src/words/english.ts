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
  chooseContext: (context: string) => `Run in ${context}`,
  openRun: 'Open run',
  openLogs: 'Logs',
  cancelRun: 'Cancel',
  rerun: 'Run again',
  retry: 'Retry from the step that failed',
  retryConnection: 'Try again',
  submitting: (title: string) => `Submitting ${title}…`,
  submittedWith: (title: string, text: string) => `${title}: ${text}`,
  logsOf: (title: string) => `Logs: ${title}`,
  form: (title: string) => `Run ${title}…`,
  formCommand: 'Run on GPU cluster with options…',
  sandboxed: 'Shown in a sandbox: no network, no access to JupyterLab.',
  versions: (page: string, server: string) =>
    `The page has Slipway ${page}, the Jupyter server ${server}. Run "pip install slipway_jupyterlab==${page}" beside the server and restart it, or reload the page.`,
  notSaved: 'unsaved copy',
  failedCellGone: 'The cell that failed is no longer in this notebook.',
};

export type LabWords = typeof english;
