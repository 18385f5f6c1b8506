import type { LabelValue } from '../core/answer.js';
import { clockTime } from '../core/clock-time.js';
import type { Millis } from '../core/names.js';
import type { StandingAuthority, StandingState } from '../core/standing-authority.js';

/** `30 s`, `5 min`. */
const lengthWords = (ms: Millis): string => (ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`);

/** When and how it may be used, in one clause. */
export function conditionWords({ conditions: { from, until, days, lostForMs, lagMaxMs }, operation }: StandingAuthority, estateZone: string): string {
  return `between ${from} and ${until} ${estateZone}${days === null ? '' : ` on ${days.join(', ')}`}, once ${operation.from} has been lost for ${lengthWords(lostForMs)}, with less than ${lengthWords(lagMaxMs)} of lag`;
}

const statusWords = ({ status, signed, authority, over }: StandingState): string => {
  if (status === 'proposed') return `waits for signatures: ${signed.length} of ${authority.gate.people}`;
  return status === 'in-force' ? 'IN FORCE: Lifeboat moves without asking' : `over: ${over!.words}`;
};

/** `gone`: why it would not be used, though it is in force. */
export function standingBlock(standing: StandingState, zone: string, estateZone: string, gone: string | null): LabelValue[] {
  const { authority, signed, over } = standing;
  return [
    { label: 'Standing authority', value: authority.id }, { label: 'What', value: `unplanned move of ${authority.operation.from} to ${authority.operation.to} (${authority.tenant}: ${authority.operation.hostGroups.join(', ')})` },
    { label: 'State', value: statusWords(standing) }, { label: 'When', value: conditionWords(authority, estateZone) }, { label: 'Until', value: clockTime(authority.expiresAt, zone, 'minute', true) },
    { label: 'Proposed by', value: `${authority.proposedBy}: ${authority.reason}` }, { label: 'Signed by', value: signed.length === 0 ? 'None' : signed.map(({ by, at }) => `${by} at ${clockTime(at, zone, 'minute', true)}`) },
    ...(gone === null ? [] : [{ label: 'Would not be used', value: gone }]),
    { label: 'Bound to', value: `runbook ${authority.runbook}, digest ${authority.digest.slice(0, 6)}` },
    ...(over === null ? [{ label: 'To take it back', value: `revoke ${authority.id}` }] : []),
  ];
}
