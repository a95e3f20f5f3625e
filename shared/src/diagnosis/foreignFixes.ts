import type { Diagnosis } from '../protocol/index.ts';

/** From the words that lead to the command on: "Edit it, then: slipway retry …", "在此空间中创建它：slipway rerun …". */
const repeat = /(?:,? then| in|，然后|^Then|^然后)?(?:: |：|^)slipway (?:retry|rerun)\b.*$/;

/** For a run that Slipway did not make: what helps, without the commands that would run it again. */
export function forForeign(diagnosis: Diagnosis): Diagnosis {
  const left = diagnosis.fixes.map(withoutRepeat);
  const kept = (_: string, index: number): boolean => left[index] !== '';
  return {
    ...diagnosis,
    fixes: left.filter(kept),
    ...(diagnosis.translations !== undefined && {
      translations: Object.fromEntries(
        Object.entries(diagnosis.translations).map(([locale, { cause, fixes }]) => [
          locale,
          { cause, fixes: fixes.map(withoutRepeat).filter(kept) },
        ]),
      ),
    }),
  };
}

function withoutRepeat(fix: string): string {
  return fix.replace(repeat, '');
}
