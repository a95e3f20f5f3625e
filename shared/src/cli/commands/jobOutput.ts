import { StringDecoder } from 'node:string_decoder';
import type { Session } from '../session.ts';
import { plain } from '../terminal/line.ts';
import { LiveRegion } from '../terminal/liveRegion.ts';
import { logLine, oneLine } from '../terminal/sanitize.ts';

/** Where the output of a job goes. */
export interface JobOutput {
  write(bytes: Uint8Array): void;
  end(): void;
  dispose(): void;
}

/** A line that is longer is broken here. */
const longestLine = 65_536;

/** Byte for byte to a file or a pipe. On a terminal in lines that cannot move the cursor; the unfinished one below them. */
export function createJobOutput(session: Session, follow: boolean): JobOutput {
  const { out } = session;
  if (!out.isTerminal) return { write: (bytes) => out.write(bytes), end: () => undefined, dispose: () => undefined };
  const decoder = new StringDecoder('utf8');
  const region = follow && session.canPaint(out) ? new LiveRegion(out, session.io) : undefined;
  let rest = '';
  const take = (text: string, isEnd: boolean): void => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    while (rest.length > longestLine) {
      lines.push(rest.slice(0, longestLine));
      rest = rest.slice(longestLine);
    }
    if (isEnd && rest !== '') {
      lines.push(rest);
      rest = '';
    }
    const shown = lines.map((line) => `${logLine(lastState(line), out.colours)}\n`).join('');
    if (region === undefined) out.write(shown);
    else {
      if (shown !== '') region.print(shown);
      if (rest === '') region.clear();
      else region.update([[plain(oneLine(lastState(rest)))]]);
    }
  };
  return {
    write: (bytes) => take(decoder.write(bytes), false),
    end: () => take(decoder.end(), true),
    dispose: () => region?.clear(),
  };
}

/** What a progress bar has come to, which goes back to the start of its line again and again. */
function lastState(line: string): string {
  const states = line.split('\r').filter((state) => state !== '');
  return states.at(-1) ?? '';
}
