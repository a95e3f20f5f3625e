import { formatBytes } from '../../../protocol/index.ts';

/** How often a person is told, ms. */
const tellMs = 500;

/** `uploading 120 of 300 MB`: one unit for both, that of the whole. */
export function uploadWords(bytes: number, totalBytes: number): string {
  const total = formatBytes(totalBytes);
  const done = formatBytes(bytes);
  const unit = total.slice(total.indexOf(' '));
  return `uploading ${done.endsWith(unit) ? done.slice(0, -unit.length) : done} of ${total}`;
}

/** Tells how far an upload is, twice a second and at its end. */
export function uploadTeller(now: () => number, tell: (text: string) => void) {
  let last = -Infinity;
  return ({ bytes, totalBytes }: { readonly bytes: number; readonly totalBytes: number }): void => {
    if (now() - last < tellMs && bytes < totalBytes) return;
    last = now();
    tell(uploadWords(bytes, totalBytes));
  };
}
