const chunk = 0x6000;

/** Bytes as base64. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  // A multiple of three bytes at a time has no padding; and no call gets too many arguments.
  for (let start = 0; start < bytes.length; start += chunk) {
    text += btoa(String.fromCharCode(...bytes.subarray(start, start + chunk)));
  }
  return text;
}

/** What a reader would not see, except for tabs and line ends. */
const invisible = /[^\P{Cc}\t\n]|[\u2028\u2029\ufeff\ufffe\uffff]/u;
const allInvisible = new RegExp(invisible, 'gu');

/** The text that the bytes are in UTF-8, to the last byte; undefined where they are none, or hold what a reader would not see. */
export function plainText(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return invisible.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * A line of JSON, or several with an indentation, that is `plainText` whatever the strings in it hold: file names and
 * parameters may have characters that JSON leaves as they are and a reader would not see.
 */
export function plainJson(value: unknown, indentation?: number): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value, undefined, indentation).replace(allInvisible, escaped)}\n`;
}
