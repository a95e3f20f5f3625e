/** What a host says itself in another language, by the English sentence; `{}` in both stands for one value. */
export type Sentences = Readonly<Record<string, string>>;

/** The sentence as a table has it; as it is where none does. */
export function sentenceIn(text: string, ...tables: readonly Sentences[]): string {
  for (const [english, other] of tables.flatMap((table) => Object.entries(table))) {
    const [before = '', after] = english.split('{}');
    if (text === english) return other;
    if (after === undefined || text.length <= before.length + after.length) continue;
    if (!text.startsWith(before) || !text.endsWith(after)) continue;
    const value = text.slice(before.length, text.length - after.length);
    return other.replace('{}', () => value);
  }
  return text;
}
