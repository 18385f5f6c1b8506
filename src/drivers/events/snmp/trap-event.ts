import type { ReportedEvent } from '../../../core/dr-event.js';
import { eventNamed } from '../../../core/event-catalogue/catalogue.js';
import type { Millis } from '../../../core/names.js';

export interface Binding { readonly oid: string; readonly value: string }
export interface Trap { readonly bindings: readonly Binding[]; readonly address: string }

const trapOid = '1.3.6.1.6.3.1.1.4.1.0';
const lifekeeper = /^1\.3\.6\.1\.4\.1\.7359\.1\.0\.(\d{1,5})$/;
/** As SNMP v2 writes a trap of v1, with a zero before the number, and as some senders write it, without. */
const everrun = /^1\.3\.6\.1\.4\.1\.458\.115\.2\.(?:0\.)?(\d{1,5})$/;
const lifekeeperTexts = ['1.3.6.1.4.1.7359.1.1', '1.3.6.1.4.1.7359.1.3', '1.3.6.1.4.1.7359.1.4'];
const resourceTag = '1.3.6.1.4.1.7359.1.2';
const everrunText = '1.3.6.1.4.1.458.115.3.1';

const clean = (text: string, max: number): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ').replaceAll(/\s+/g, ' ').trim().slice(0, max).replace(/[\uD800-\uDBFF]$/, '');

/**
 * A trap of LifeKeeper or everRun under the catalogue's name (reference/lifekeeper-everrun.md 4.3, 4.4), others as SNMP_TRAP. Severity is the catalogue's: everRun's own numbers run one way in SNMP and the other way
 * at its command line. A trap says where it comes from, not which thing of the estate it is about: that is the source, or the resource that LifeKeeper names.
 */
export function toTrapEvent({ bindings, address }: Trap, source: string, at: Millis): ReportedEvent {
  const valueOf = (oid: string): string | null => { const found = bindings.find((each) => each.oid === oid || each.oid === `${oid}.0`); return found === undefined || found.value.trim() === '' ? null : clean(found.value, 1_000); };
  const oid = valueOf(trapOid) ?? 'without an OID';
  const [keeper, run] = [lifekeeper.exec(oid)?.[1], everrun.exec(oid)?.[1]];
  const name = keeper !== undefined ? `LIFEKEEPER_TRAP_${keeper}` : run !== undefined ? `EVERRUN_${run}` : 'SNMP_TRAP';
  const known = eventNamed(name);
  const texts = (keeper === undefined ? [everrunText] : lifekeeperTexts).map(valueOf).filter((each) => each !== null);
  const tag = keeper === undefined ? null : valueOf(resourceTag);
  const saw = texts.length > 0 ? texts.join('; ') : known?.means ?? `trap ${oid}`;
  return {
    name, severity: known?.severity ?? 'warning', entityClass: known?.entityClass ?? 'system', entity: clean(tag ?? source, 200), uuid: null, description: clean(saw, 2_000), occurredAt: at, source,
    evidence: [{ saw: clean(saw, 2_000), by: `SNMP trap from ${address}`, at, data: Object.fromEntries(bindings.slice(0, 40).map((each) => [clean(each.oid, 100), clean(each.value, 500)])) }],
  };
}
