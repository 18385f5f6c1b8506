/** A name or value as it stands in a line for the desk: in quotation marks where it holds a blank or a quotation mark, which the grammar cannot read inside of others and which become apostrophes. */
export const commandWord = (value: string): string => (/[\s"']/.test(value) ? `"${value.replaceAll('"', '\'')}"` : value);
