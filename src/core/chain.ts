import { sha256 } from './plan.js';

export const emptyChain = '0'.repeat(64);

/** An entry as it is stored: texts exactly as they were hashed. */
export interface StoredEntry { readonly seq: number; readonly stream: string; readonly streamSeq: number; readonly tenant: string | null; readonly actor: string; readonly at: number; /** null: erased. */ readonly payload: string | null; readonly digest: string; readonly chain: string }

export interface JournalVerdict { readonly ok: boolean; readonly entries: number; readonly head: string; /** First entry that breaks the chain, and how. */ readonly broken: { readonly seq: number; readonly why: string } | null }

/** Same text as PostgreSQL's `json_build_array(...)::text`, so that either side can check the other. */
export function chainOf({ seq, stream, streamSeq, tenant, actor, at, digest }: Omit<StoredEntry, 'chain' | 'payload'>, before: string): string {
  return sha256(`[${[seq, stream, streamSeq, tenant, actor, at, digest, before].map((value) => JSON.stringify(value)).join(', ')}]`);
}

/** Checks entries handed in by `seq`. An erased payload is no break: the chain covers its digest. */
export class ChainCheck {
  #seq = 0;
  #chain = emptyChain;
  readonly #streams = new Map<string, number>();
  #broken: JournalVerdict['broken'] = null;

  /** False once the chain is broken: nothing after it can be trusted. */
  take(entry: StoredEntry): boolean {
    const why = this.#fault(entry);
    if (why !== null) {
      this.#broken = { seq: entry.seq, why };
      return false;
    }
    this.#seq = entry.seq;
    this.#chain = entry.chain;
    this.#streams.set(entry.stream, entry.streamSeq);
    return true;
  }

  /** `head`: what the journal itself says its end is. */
  verdict(head: { readonly seq: number; readonly chain: string }): JournalVerdict {
    if (this.#broken === null && (head.seq !== this.#seq || head.chain !== this.#chain)) {
      this.#broken = { seq: this.#seq + 1, why: `the journal says it ends at entry ${head.seq}, but its entries end at ${this.#seq}: entries were removed from its end, or its head was changed` };
    }
    return { ok: this.#broken === null, entries: this.#seq, head: this.#chain, broken: this.#broken };
  }

  #fault(entry: StoredEntry): string | null {
    if (entry.seq !== this.#seq + 1) return `entry ${this.#seq + 1} is missing`;
    if (entry.streamSeq !== (this.#streams.get(entry.stream) ?? 0) + 1) return `its number in stream ${entry.stream} is ${entry.streamSeq}, out of order`;
    if (entry.payload !== null && sha256(entry.payload) !== entry.digest) return 'its payload is not the one that was recorded';
    if (chainOf(entry, this.#chain) !== entry.chain) return 'its stream, tenant, actor, time or digest was changed, or an entry before it was replaced';
    return null;
  }
}
