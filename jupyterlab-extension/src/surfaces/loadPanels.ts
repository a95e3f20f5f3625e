let loading: Promise<void> | undefined;

/** Makes the shared panels known to the page; their code is fetched when the first one is opened. */
export function loadPanels(): Promise<void> {
  loading ??= import('@slipway/shared/panels').then(({ definePanels }) => definePanels(document));
  return loading;
}
