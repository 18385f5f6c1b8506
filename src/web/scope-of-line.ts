import type { ScopeNeeded } from '../core/scope.js';
import { parse, type Action } from '../desk/grammar.js';

/** What is not named here takes the person's own login: codes and links above all, which would outlive the token. */
const needs: Partial<Record<Action, ScopeNeeded>> = {
  query: 'read', help: 'read', why: 'read', review: 'read',
  discover: 'operate', verify: 'operate', move: 'operate', cleanup: 'operate', resync: 'operate', recover: 'operate', restart: 'operate', lpm: 'operate', restore: 'operate', inject: 'operate', revert: 'operate', stop: 'operate', start: 'decide', run: 'operate', authorise: 'operate', revoke: 'operate', hold: 'operate', cancel: 'operate', acknowledge: 'operate', unacknowledge: 'operate', resend: 'operate', close: 'operate', swap: 'operate', escalate: 'operate',
  approve: 'decide', retry: 'decide', skip: 'decide', confirm: 'decide', reject: 'decide', resume: 'decide',
};

/** The scope that a command takes. One that cannot be read does nothing but explain itself. */
export function scopeOfLine(line: string): ScopeNeeded {
  const parsed = parse(line);
  if (!parsed.ok || parsed.command.help) return 'read';
  return needs[parsed.command.action] ?? 'full';
}
