import { shownText } from '@slipway/shared/views';

/** The beginning of a command on one line: what it is called where there is little room. @param most how many characters */
export function commandTitle(command: string, most: number): string {
  const line = Array.from(shownText(command.replaceAll(/\s+/g, ' ').trim()));
  return line.length <= most
    ? line.join('')
    : `${line
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}
