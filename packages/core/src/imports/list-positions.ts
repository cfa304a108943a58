/**
 * Positions for the entries of a list, ascending, that keep as many of their present positions as can stay. A list whose order must
 * survive keeps a number with each entry; an entry that comes in between gets a number in between, and nobody else's row is written.
 *
 * @param present The position of each entry as it is now, in the order wanted; undefined for those that have none.
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
  // Between two numbers there is room for some fifty halvings; then all are numbered anew.
  return rises ? filled : present.map((_, index) => index);
}

/** Numbers the entries of a gap between what stands before and after it. */
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

/** The indexes of a longest subsequence of the given numbers that rises, last one first. */
function longestRise(values: readonly (number | undefined)[]): readonly number[] {
  /** By length less one: the index at which the lowest end of a rise of that length stands. */
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
