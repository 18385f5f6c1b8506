/** Waits until a condition holds, for what only a real process or connection can bring about. @throws after `maxMs`, with what was waited for */
export async function until<T>(what: string, look: () => T | Promise<T>, maxMs = 30_000): Promise<NonNullable<T>> {
  const end = Date.now() + maxMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > end) throw new Error(`Waited ${maxMs} ms for ${what}, in vain.`);
    await new Promise((resolve) => { setTimeout(resolve, 20); });
  }
}
