/** The fewest places of `all` with which it still fails: halves, quarters, single ones are left out as long as that goes well. At most `triesMax` tries. */
export async function shrink(all: readonly number[], fails: (places: readonly number[]) => Promise<boolean>, triesMax = 150): Promise<readonly number[]> {
  let kept = all;
  let tries = 0;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length && tries < triesMax;) {
      const fewer = [...kept.slice(0, from), ...kept.slice(from + size)];
      tries += 1;
      if (await fails(fewer)) kept = fewer;
      else from += size;
    }
  }
  return kept;
}
