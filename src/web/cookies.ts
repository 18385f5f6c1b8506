/** The value of one cookie of a request; null where there is none. */
export const cookieIn = (header: string | undefined, name: string): string | null =>
  (header ?? '').split(';').map((each) => each.trim()).find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) || null;
