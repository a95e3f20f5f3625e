/** A cell of a notebook as it is submitted. */
export interface NotebookCell {
  /** Unique in the notebook. */
  readonly id: string;
  /** 0-based, among all cells. */
  readonly index: number;
  readonly kind: 'code' | 'markdown' | 'raw';
  readonly source: string;
  readonly tags: readonly string[];
  /** One line that tells the cell from others: its first line that says something. Empty for a blank cell. */
  readonly label: string;
}

/** A notebook that was read, checked and made ready to run. */
export interface NotebookDocument {
  /** What gets staged: the notebook's JSON with unique cell ids and without outputs; everything else as it was written. */
  readonly text: string;
  /** File name without `.ipynb`. */
  readonly name: string;
  /** `metadata.kernelspec.name`. */
  readonly kernel?: string;
  /** `metadata.kernelspec.language`, else `metadata.language_info.name`. */
  readonly language?: string;
  readonly cells: readonly NotebookCell[];
  /** How many of the cells are code. */
  readonly codeCells: number;
}
