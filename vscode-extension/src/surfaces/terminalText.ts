/** What gives text a colour and does nothing else. A terminal obeys its other sequences: links, titles, the clipboard. */
const colour = /^\u001B\[[\d;]*m$/;

const introduced = [
  // Control strings, to their end or as far as they are there.
  String.raw`\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?`,
  String.raw`\u001B[PX^_][^\u001B]*(?:\u001B\\)?`,
  // Control sequences, and every other escape.
  String.raw`\u001B\[[0-?]*[ -/]*[@-~]?`,
  String.raw`\u001B.?`,
  // Single control characters but tab, line feed and carriage return, in both halves.
  String.raw`[\u0000-\u0008\u000B\u000C\u000E-\u001A\u001C-\u001F\u007F-\u009F]`,
];
const control = new RegExp(introduced.join('|'), 'gsu');

/** Log text as a terminal may show it: colours stay, everything else that a terminal would obey goes. */
export function terminalText(text: string): string {
  return text.replace(control, (found) => (colour.test(found) ? found : '')).replace(/\r?\n/g, '\r\n');
}
