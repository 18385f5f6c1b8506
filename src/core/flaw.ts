export type Place = readonly (string | number)[];
/** Something in an estate that does not fit. `at`: its place in the Estate. `command`: the command that mends it, where one does. */
export interface Flaw { readonly at: Place; readonly what: string; readonly remedy: string; readonly command?: string }
export type Say = (at: Place, what: string, remedy: string, command?: string) => void;
