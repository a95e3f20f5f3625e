/** The commands, by the names that the schema, menus and tests use. */
export const commandIds = {
  run: 'slipway:run',
  showRuns: 'slipway:show-runs',
  openRun: 'slipway:open-run',
  openLogs: 'slipway:open-logs',
  runForm: 'slipway:run-form',
  devEnv: (action: string) => `slipway:devenv-${action}`,
} as const;
