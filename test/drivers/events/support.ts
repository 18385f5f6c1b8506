export interface RecordWords { readonly name?: string; readonly type?: string; readonly time?: string; readonly entityClass?: string; readonly entity?: string; readonly uuid?: string | null; readonly description?: string }

/** One record as KSYS writes it. */
export function aRecord({ name = 'VM_FAILURE_DETECTED', type = 'Critical Error Event', time = 'Mon Feb 10 04:51:26 CST 2020', entityClass = 'VM', entity = 'lpar01', uuid = '04E86341-E7C0-45DD-B903-CF9A1CEB7E2C', description = `0000-187 VM: ${entity} failure detected.` }: RecordWords = {}): string {
  return [
    '-----EVENT START-----', `${name} event has occurred. Details are as follows:`, `Event:          ${name}`, `Type:           ${type}`, `Time:           ${time}`, `Entity Affected: ${entityClass}`,
    `Resource Affected: ${entityClass} : ${entity}${uuid === null ? '' : ` UUID ${uuid}`}`, `Description:    ${description}`, '', '-----EVENT END-----', '',
  ].join('\n');
}

/** Numbers in 0..1 that follow from their seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Cuts, flips, doubles and fills at random places, the end too. */
export function damage(log: string, random: () => number): Buffer {
  let bytes = Buffer.from(log);
  const many = 1 + Math.floor(random() * 8);
  for (let count = 0; count < many; count++) {
    const at = Math.floor(random() * bytes.length);
    const length = Math.floor(random() * 120);
    const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
    const kinds = [() => [before, after], () => [before], () => [before, piece, piece, after], () => [before, Buffer.alloc(length), after], () => [before, Buffer.from(Array.from({ length }, () => Math.floor(random() * 256))), after], () => [after, piece, before]];
    bytes = Buffer.concat(kinds[Math.floor(random() * kinds.length)]!());
  }
  return bytes;
}
