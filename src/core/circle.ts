/** The first circle that `after` makes, as `[a, b, a]`; null where there is an order. */
export function circleIn(names: readonly string[], after: (name: string) => readonly string[]): string[] | null {
  const settled = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | null => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (settled.has(name)) return null;
    for (const each of after(name)) {
      const circle = visit(each, [...path, name]);
      if (circle) return circle;
    }
    settled.add(name);
    return null;
  };
  for (const name of names) {
    const circle = visit(name, []);
    if (circle) return circle;
  }
  return null;
}
