export type Tone = 'info' | 'good' | 'warning' | 'critical' | 'drill' | 'quiet';

const signs: Record<Tone, string> = { info: '•', good: '✓', warning: '▲', critical: '✕', drill: '◇', quiet: '–' };

/** A state in a word with a sign beside it: colour says nothing that these don't. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return <span class={`badge ${tone}`}><span aria-hidden="true">{signs[tone]} </span>{children}</span>;
}

const vmTones: Record<string, Tone> = { READY_TO_MOVE: 'good', DISCOVERED: 'info', INIT: 'quiet', MOVING: 'info', ACTIVE_NEEDS_CLEANUP: 'warning', ACTIVE_NEEDS_RESYNC: 'warning', MOVE_FAILED: 'critical' };
export const vmTone = (state: string): Tone => vmTones[state] ?? 'info';

const runTones: Record<string, Tone> = { proposed: 'warning', granted: 'info', running: 'info', held: 'warning', cancelling: 'warning', parked: 'critical', succeeded: 'good', exceptions: 'warning', failed: 'critical', rejected: 'quiet', withdrawn: 'quiet', expired: 'quiet', cancelled: 'quiet' };
export const runTone = (status: string): Tone => runTones[status] ?? 'info';

const stepTones: Record<string, Tone> = { pending: 'quiet', started: 'info', done: 'good', failed: 'critical', unknown: 'warning', skipped: 'quiet' };
export const stepTone = (status: string): Tone => stepTones[status] ?? 'info';

export const severityTone = (severity: string): Tone => (severity === 'critical' ? 'critical' : severity === 'warning' ? 'warning' : 'info');
