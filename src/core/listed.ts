/** `anna`, `anna and ben`, `anna, ben and chris`; `none` where there is nothing to list. */
export const listed = (names: readonly string[], none = 'nobody'): string => (names.length === 0 ? none : names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`);
