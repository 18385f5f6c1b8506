import { refusal, type Answer } from '../core/answer.js';
import type { Runbook } from '../runbook/runbook.js';
import { misread } from './corrected.js';
import type { ParsedCommand } from './grammar.js';

/** `run runbook NAME site=A`, read as the command of the verb that the runbook is about. */
export function byName(command: ParsedCommand, runbooks: readonly Runbook[]): { readonly ok: true; readonly runbook: Runbook; readonly command: ParsedCommand } | { readonly ok: false; readonly answer: Answer } {
  const no = (status: 2 | 3 | 4, code: string, what: string, next: string, line: string | null = null) => ({ ok: false as const, answer: refusal(status, code, what, next, line) });
  const names = runbooks.map((each) => each.name);
  if (command.name === null) return no(3, 'runbook-missing', 'Which runbook shall be run?', `Known: ${names.join(', ')}.`, 'query runbook');
  const runbook = runbooks.find((each) => each.name === command.name);
  if (!runbook) return { ok: false, answer: misread(command, 2, 'no-such-runbook', `There is no runbook '${command.name}'.`, command.name, names, `Known: ${names.join(', ')}.`, 'query runbook') };
  const attributes = new Map(command.attributes);
  const take = (key: string): string | null => { const value = attributes.get(key) ?? null; attributes.delete(key); return value; };
  const [site, group] = [take('site'), take('host_group')];
  const wanted = attributes.get('dr_type');
  if (runbook.drType !== null && wanted !== undefined && wanted !== runbook.drType) return no(4, 'dr-type', `The runbook ${runbook.name} does a move of the type ${runbook.drType}, and you wrote dr_type=${wanted}.`, 'Leave dr_type out, or choose another runbook.', 'query runbook');
  if (runbook.drType !== null) attributes.set('dr_type', runbook.drType);
  if (runbook.drTest) attributes.set('dr_test', 'yes');
  const [vm, host] = [take('vm'), take('host')];
  if (runbook.verb === 'restart' || runbook.verb === 'lpm' || runbook.verb === 'restore') {
    const [kind, name] = vm !== null ? ['vm', vm] as const : ['host', host] as const;
    if (name === null) return no(3, 'scope-missing', `The runbook ${runbook.name} needs to know what for.`, 'Add vm=NAME or host=NAME.', `run runbook ${runbook.name} host=...`);
    return { ok: true, runbook, command: { ...command, action: runbook.verb, class: kind, name, attributes } };
  }
  if (site !== null && (group !== null || runbook.verb === 'move')) return no(4, 'scope-twice', `site=${site} says nothing here: ${group === null ? 'a move has from= and to=' : `host_group=${group} says what for`}.`, 'Leave it out.');
  if (group !== null) return { ok: true, runbook, command: { ...command, action: runbook.verb, class: 'host_group', name: group, attributes } };
  if (runbook.verb === 'move' && (!attributes.has('from') || !attributes.has('to'))) return no(3, 'direction-missing', `The runbook ${runbook.name} moves something, and nobody said what and where to.`, 'Add from=SITE to=SITE, or host_group=NAME.', `run runbook ${runbook.name} from=... to=...`);
  if (runbook.verb !== 'move' && site === null) return no(3, 'scope-missing', `The runbook ${runbook.name} needs to know what for.`, 'Add site=NAME or host_group=NAME.', `run runbook ${runbook.name} site=...`);
  return { ok: true, runbook, command: { ...command, action: runbook.verb, class: 'site', name: runbook.verb === 'move' ? null : site, attributes } };
}
