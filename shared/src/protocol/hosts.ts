/** Product names of the hosts, by the name that each has in `initialize` and in the label of the runs that it starts. */
export const hostProducts: ReadonlyMap<string, string> = new Map([
  ['vscode', 'VS Code'],
  ['jupyterlab', 'JupyterLab'],
]);
