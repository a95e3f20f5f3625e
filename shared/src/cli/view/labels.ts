import { plain, toned, type Line, type Span } from '../terminal/line.ts';
import { pad, wrap } from '../terminal/text.ts';

/** Column at which the text of labelled lines begins, before and during a run. */
export const labelWidth = 11;

/** A labelled fact: `context    local (this machine)`, broken at `width` with the text kept in its column. */
export function fact(label: string, text: string, width: number, indent = labelWidth): Line[] {
  return wrap(text, width - indent).map((part, index) => [
    toned('dim', pad(index === 0 ? label : '', indent)),
    plain(part),
  ]);
}

export function warning(text: string, width: number): Line[] {
  return wrap(text, width - 2).map((part, index) => [toned('warn', index === 0 ? '! ' : '  '), plain(part)]);
}

/** A piece of advice as at the end of a run: `fix     …`. */
export function advice(label: string, text: string, width: number): Line[] {
  return wrap(text, width - 8).map((part, index) => [toned('strong', pad(index === 0 ? label : '', 8)), plain(part)]);
}

/** `label   command   note`: never broken, so that it can be copied. */
export function commandLine(label: string, command: string, note?: string): Line {
  const spans: Span[] = [toned('strong', pad(label, 8)), plain(command)];
  return note === undefined ? spans : [...spans, toned('dim', `     ${note}`)];
}
