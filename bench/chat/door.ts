/** A bot that takes slash commands as forms over HTTP and answers at the address in them. */
export interface Door {
  readonly url: string;
  /** What is typed, in turn. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}
