/** Daily tasks on wall time. With several nodes each slot fires on one of them only. */
export interface Scheduler {
  /** `time`: hh:mm in an IANA zone. `work` gets the slot's name, `2026-11-21T02:00`. Returns how to take it back. */
  daily(name: string, time: string, timeZone: string, work: (slot: string) => Promise<void>): () => void;
  stop(): Promise<void>;
}
