import { actorName, type Actor } from './names.js';
import { sha256 } from './plan.js';

export const emptyChain = '0'.repeat(64);

/** An entry as it is stored: texts exactly as they were hashed. */
export interface StoredEntry { readonly seq: number; readonly stream: string; readonly streamSeq: number; readonly tenant: string | null; readonly actor: string; readonly at: number; /** As it was recorded, or what an erasure left of it. */ readonly payload: string | null; readonly digest: string; readonly chain: string }

/** An entry of which something was erased: by whom (in words), when, and why. */
export interface ErasedEntry { readonly seq: number; readonly by: string; readonly at: number; readonly reason: string; readonly whole: boolean }
/** A place on the chain that was noted elsewhere. */
export interface Head { readonly seq: number; readonly chain: string }

export interface JournalVerdict {
  readonly ok: boolean;
  readonly entries: number;
  readonly head: string;
  /** First entry that breaks the chain, and how. */
  readonly broken: { readonly seq: number; readonly why: string } | null;
  readonly erased: readonly ErasedEntry[];
  /** How many entries have lost their payload to age. */
  readonly dropped: number;
}

/** Same text as PostgreSQL's `json_build_array(...)::text`, so that either side can check the other. */
export function chainOf({ seq, stream, streamSeq, tenant, actor, at, digest }: Omit<StoredEntry, 'chain' | 'payload'>, before: string): string {
  return sha256(`[${[seq, stream, streamSeq, tenant, actor, at, digest, before].map((value) => JSON.stringify(value)).join(', ')}]`);
}

interface Retained { readonly dropped: readonly (readonly [number, number])[] }
interface Recorded { readonly type: 'journal.erased'; readonly seq: number; readonly remains: string; readonly whole: boolean; readonly reason: string }

/** Checks entries handed in by `seq`. The chain covers digests: a payload may differ from its own only as a later `journal.erased` entry of the same chain says. */
export class ChainCheck {
  #seq = 0;
  #chain = emptyChain;
  readonly #streams = new Map<string, number>();
  #broken: JournalVerdict['broken'] = null;
  /** Payloads that are not the recorded ones, with the digest of what they are. */
  readonly #altered = new Map<number, string | null>();
  /** By the entry they are about; the latest counts. */
  readonly #erasures = new Map<number, Recorded & Pick<ErasedEntry, 'by' | 'at'>>();

  /** `noted`: a head that was kept elsewhere and must lie on the chain. */
  constructor(private readonly noted: Head | null = null) {}

  /** Entries whose payload need not be kept any more, as a `journal.retained` entry says. */
  readonly #dropped = new Set<number>();

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
  verdict(head: Head): JournalVerdict {
    if (this.#broken === null && (head.seq !== this.#seq || head.chain !== this.#chain)) {
      this.#broken = { seq: this.#seq + 1, why: `the journal says it ends at entry ${head.seq}, but its entries end at ${this.#seq}: entries were removed from its end, or its head was changed` };
    }
    if (this.#broken === null && this.noted !== null && this.noted.seq > this.#seq) this.#broken = { seq: this.#seq + 1, why: `the head that was noted elsewhere is entry ${this.noted.seq}, and there is none: entries were removed from the end` };
    if (this.#broken === null) for (const [seq, digest] of this.#altered) {
      if (digest === null ? this.#dropped.has(seq) : this.#erasures.get(seq)?.remains === digest) continue;
      this.#broken = { seq, why: `its payload is not the one that was recorded, and ${this.#erasures.has(seq) ? 'not what an erasure left of it' : 'no entry says that it was erased or dropped'}` };
      break;
    }
    const erased = [...this.#altered.keys()].flatMap((seq) => {
      const by = this.#erasures.get(seq);
      return by && this.#altered.get(seq) !== null ? [{ seq, by: by.by, at: by.at, reason: by.reason, whole: by.whole }] : [];
    });
    return { ok: this.#broken === null, entries: this.#seq, head: this.#chain, broken: this.#broken, erased, dropped: [...this.#altered.values()].filter((digest) => digest === null).length };
  }

  #fault(entry: StoredEntry): string | null {
    if (entry.seq !== this.#seq + 1) return `entry ${this.#seq + 1} is missing`;
    if (entry.streamSeq !== (this.#streams.get(entry.stream) ?? 0) + 1) return `its number in stream ${entry.stream} is ${entry.streamSeq}, out of order`;
    if (chainOf(entry, this.#chain) !== entry.chain) return 'its stream, tenant, actor, time or digest was changed, or an entry before it was replaced';
    if (this.noted?.seq === entry.seq && this.noted.chain !== entry.chain) return 'its chain is not the one that was noted elsewhere: it, or an entry before it, was replaced and the chain computed anew';
    const { payload } = entry;
    if (payload === null || sha256(payload) !== entry.digest) this.#altered.set(entry.seq, payload === null ? null : sha256(payload));
    else if (payload.startsWith('{"type":"journal.erased"')) {
      const record = JSON.parse(payload) as Recorded;
      // It says what was done to the past; a record that names itself or a later entry says nothing.
      if (record.seq < entry.seq) this.#erasures.set(record.seq, { ...record, by: actorName(JSON.parse(entry.actor) as Actor), at: entry.at });
    }
    else if (payload.startsWith('{"type":"journal.retained"')) {
      for (const [from, to] of (JSON.parse(payload) as Retained).dropped) for (let seq = from; seq <= to && seq < entry.seq; seq++) this.#dropped.add(seq);
    }
    return null;
  }
}
