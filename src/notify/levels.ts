import type { Severity } from '../core/dr-event.js';
import type { NotificationLevel } from '../core/estate.js';

/** low: critical. medium: warnings too. high: everything. disable: nothing but site events (reference/ksys.md section 8). */
export function levelSends(level: NotificationLevel, severity: Severity, isSiteEvent: boolean): boolean {
  if (isSiteEvent) return true;
  if (level === 'disable') return false;
  if (level === 'high') return true;
  return severity === 'critical' || (level === 'medium' && severity === 'warning');
}
