import type { DevEnvDevice } from '../../protocol/index.ts';
import { fingerprintOf, parsePublicKeyLine } from '../keys/index.ts';

/** The text of an `authorized_keys` with this line in it; the same text where its key is there already. */
export function withKey(text: string, line: string): string {
  const wanted = fingerprintOf(line);
  if (text.split('\n').some((each) => fingerprintOf(each) === wanted)) return text;
  return `${text === '' || text.endsWith('\n') ? text : `${text}\n`}${line}\n`;
}

/** The text without the lines that hold this key; the same text where there are none. */
export function withoutKey(text: string, fingerprint: string): string {
  const lines = text.split('\n');
  const kept = lines.filter((line) => fingerprintOf(line) !== fingerprint);
  return kept.length === lines.length ? text : kept.join('\n');
}

/** Who may log in, in the order of the file. @param own fingerprint of this machine's key */
export function devicesOf(text: string, own: string | undefined): DevEnvDevice[] {
  return text.split('\n').flatMap((line) => {
    const fingerprint = fingerprintOf(line);
    if (fingerprint === undefined) return [];
    const comment = parsePublicKeyLine(line)?.comment ?? '';
    return [{ fingerprint, name: comment.replaceAll(/[\p{Cc}\p{Cf}]/gu, ''), current: fingerprint === own }];
  });
}
