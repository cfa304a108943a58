/**
 * Assigns ascending positions to the entries of a list, keeping as many present positions as possible. A number is
 * stored with each entry to preserve the order; an entry inserted in between gets a number in between, so no other
 * row is written.
 *
 * @param present The present position of each entry, in the wanted order; undefined for entries that have none.
 */
export function keepPositions(present: readonly (number | undefined)[]): readonly number[] {
  const positions: (number | undefined)[] = present.map(() => undefined);
  for (const index of longestRise(present)) positions[index] = present[index];
  for (let from = 0; from < positions.length; ) {
    if (positions[from] !== undefined) from += 1;
    else {
      let to = from;
      while (to < positions.length && positions[to] === undefined) to += 1;
      fillGap(positions, from, to);
      from = to;
    }
  }
  const filled = positions as number[];
  const rises = filled.every((at, index) => index === 0 || at > (filled[index - 1] as number));
  // A gap can be halved about fifty times; after that all entries are numbered again.
  return rises ? filled : present.map((_, index) => index);
}

/** Numbers the entries of a gap, between the positions before and after it. */
function fillGap(positions: (number | undefined)[], from: number, to: number): void {
  const before = positions[from - 1];
  const after = positions[to];
  const count = to - from;
  for (let step = 0; step < count; step += 1) {
    if (before !== undefined && after !== undefined) {
      positions[from + step] = before + ((after - before) * (step + 1)) / (count + 1);
    } else if (after !== undefined) positions[from + step] = after - count + step;
    else positions[from + step] = (before ?? -1) + 1 + step;
  }
}

/** The indexes of a longest increasing subsequence, in descending order. */
function longestRise(values: readonly (number | undefined)[]): readonly number[] {
  /** By length minus one: the index of the smallest value that ends an increasing subsequence of that length. */
  const ends: number[] = [];
  const previous: (number | undefined)[] = [];
  values.forEach((value, index) => {
    if (value === undefined) return;
    let low = 0;
    for (let high = ends.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((values[ends[middle] as number] as number) < value) low = middle + 1;
      else high = middle;
    }
    previous[index] = ends[low - 1];
    ends[low] = index;
  });
  const rise: number[] = [];
  for (let at = ends.at(-1); at !== undefined; at = previous[at]) rise.push(at);
  return rise;
}
