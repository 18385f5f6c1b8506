/** Secrets come from the environment only, by name (`env:NAME`); their values never reach a log, message, journal or report. */
export interface Secrets {
  get(name: string): string | undefined;
  /** Replaces every known secret value in a text. */
  redact(text: string): string;
}
