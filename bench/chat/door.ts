/** Between the rounds of one bot its connections rest for longer than Node keeps them by itself. */
export const keepAliveMs = 60_000;

/** A bot that takes slash commands as forms over HTTP and answers at the address in them. */
export interface Door {
  readonly url: string;
  /** What is typed, in turn. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}
