/** How an import is done. Whether it is a dry run the context says. */
export interface ImportOptions {
  /** Removes from the imported organizations who and what is not in the file; without it they are only named. */
  readonly prune?: boolean | undefined;
  /** Told how many of the file's entries have been dealt with, of how many. Called often, and within the transaction: it must not wait. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}
