/** A runbook for one tenant as it goes on paper: what people do themselves on the night when Lifeboat is down. */
export interface PrintedPlan {
  readonly tenant: string;
  readonly runbook: string;
  readonly title: string;
  /** KSYS's own command for the whole of it. */
  readonly ksysmgr: string;
  /** Who must stand behind it, in words. */
  readonly gate: string;
  readonly loss: string;
  readonly irreversible: readonly string[];
  readonly steps: readonly { readonly says: string; readonly irreversible: boolean; /** What to type and where, or what to do where no one command does it. */ readonly byHand: string }[];
  /** Why there are no steps today; null when there are. */
  readonly notToday: string | null;
}
