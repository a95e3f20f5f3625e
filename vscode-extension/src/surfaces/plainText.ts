/** Parts what VS Code would take for markup, and is not seen. */
const pause = '\u200B';

/** Text as a notification shows it and no more: VS Code makes links of `[text](command:…)`, which run commands when they are pressed. */
export function plainMessage(text: string): string {
  return text.replaceAll('](', `]${pause}(`);
}

/** Text for labels in which VS Code draws `$(name)` as an icon. */
export function withoutIcons(text: string): string {
  return text.replaceAll('$(', `$${pause}(`);
}
