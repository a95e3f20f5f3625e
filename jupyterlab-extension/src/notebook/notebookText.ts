/** A notebook as JSON, as far as this file looks into it. */
type Json = Readonly<Record<string, unknown>>;

/**
 * The text of a notebook as the editor shows it now, without what does not travel: outputs and execution counts (size,
 * secrets) and the mark that this user trusts it. Where the notebook names no kernel, as one that was never saved, it gets
 * the one that its session runs.
 */
export function notebookText(notebook: object, kernelOfSession: string | undefined): string {
  const { cells, metadata, ...rest }: Json = { ...notebook };
  const stripped = Array.isArray(cells) ? cells.map((cell: unknown) => strippedCell(cell)) : [];
  return JSON.stringify({ ...rest, cells: stripped, metadata: withKernel(record(metadata), kernelOfSession) });
}

function strippedCell(cell: unknown): Json {
  const { metadata, ...rest } = record(cell);
  const cleared = rest.cell_type === 'code' ? { outputs: [], execution_count: null } : {};
  return { ...rest, ...cleared, metadata: without(record(metadata), 'trusted') };
}

function withKernel(metadata: Json, kernelOfSession: string | undefined): Json {
  const kept = without(metadata, 'signature');
  const known = record(kept.kernelspec).name;
  if ((typeof known === 'string' && known !== '') || kernelOfSession === undefined) return kept;
  return { ...kept, kernelspec: { name: kernelOfSession, display_name: kernelOfSession } };
}

function without(value: Json, name: string): Json {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
