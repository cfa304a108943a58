/** Options of an import. A dry run is set in the context. */
export interface ImportOptions {
  /** Removes from the imported organizations whatever is not in the file. Without it, these entries are only reported. */
  readonly prune?: boolean | undefined;
  /**
   * Called with how many of the file's entries are done, and the total. Called often and inside the transaction, so
   * it must not wait.
   */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}
