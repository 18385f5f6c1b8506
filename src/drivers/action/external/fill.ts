/** Puts parameters into a text: only lone lower-case names in braces are placeholders, since JSON has braces of its own. */
export const fillText = (text: string, parameters: { readonly [name: string]: string }, encode: (value: string) => string = (value) => value): string =>
  text.replace(/\{([a-z][a-z0-9_]*)\}/g, (whole, name: string) => (parameters[name] === undefined ? whole : encode(parameters[name])));

/** What a person sees of an answer: one line, not too long. Secrets go before it is cut: the first half of one is a secret, too. */
export const shortened = (output: string, redact: (text: string) => string): string => {
  const line = redact(output).trim().replace(/\s+/g, ' ');
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`;
};
