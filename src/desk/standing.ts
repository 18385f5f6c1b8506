import { refusal, type Answer, type Caller } from '../core/answer.js';
import { clockTime } from '../core/clock-time.js';
import { operatorsFor, sees } from '../core/estate.js';
import { standingStream } from '../core/event.js';
import { gateFor } from '../core/gate.js';
import { lifeboat } from '../core/names.js';
import { redactText } from '../core/redact.js';
import { rosterOf } from '../core/roster.js';
import { digestOfStanding, estateBound, isStanding, type StandingAuthority, type StandingEvent } from '../core/standing-authority.js';
import { sign } from '../core/standing-quorum.js';
import { JournalError } from '../ports/journal.js';
import { runbookFor } from '../runbook/runbook.js';
import { readConditions, standingAttributes } from './standing-conditions.js';
import { conditionWords } from './standing-words.js';
import type { ParsedCommand } from './grammar.js';
import { readOperation } from './operation.js';
import { actorOf, entry, record, type DeskParts } from './parts.js';
import { listed } from '../core/listed.js';

const said = (text: string, next: readonly string[], authority: string, status: 0 | 1 = 0): Answer => ({ kind: 'said', status, text, next, json: { standing: authority } });

/** `authorise`, and what people do with the result: sign, refuse, revoke. */
export function createStanding(parts: DeskParts) {
  const state = () => parts.live.current;
  const none = (id: string): Answer => refusal(2, 'no-such-standing', `There is no standing authority ${id} that you can see.`, 'Look at them.', 'query standing');

  /** Decides on what the journal says now, and again when somebody else wrote meanwhile. */
  async function settle(caller: Caller, decide: () => { readonly answer: Answer; readonly event: StandingEvent | null; readonly tenant: string | null }): Promise<Answer> {
    for (;;) {
      const head = state().heads.get(standingStream) ?? 0;
      const { answer, event, tenant } = decide();
      if (event === null) return answer;
      try {
        await record(parts, [entry(standingStream, tenant, actorOf(caller), event)], { [standingStream]: head });
        return answer;
      } catch (error) {
        if (!(error instanceof JournalError) || error.code !== 'conflict') throw error;
      }
    }
  }

  async function authorise(caller: Caller, command: ParsedCommand): Promise<Answer> {
    const { person } = caller;
    const estate = state().estate!;
    if (!person.roles.includes('operator')) return refusal(1, 'not-an-operator', `You may not propose a standing authority: it needs the role operator.`, `Ask ${listed(operatorsFor(estate, person))}.`, 'query person');
    if (estate.standingAuthority !== true) return refusal(1, 'standing-not-allowed', 'This estate allows no standing authority: a move to another site is started by people, who are asked each time.', 'Whoever is answerable for the estate may allow it with standing_authority: true in the estate file, and lifeboat estate apply FILE.', null);
    const operationPart = new Map([...command.attributes].filter(([key]) => !standingAttributes.includes(key)));
    const read = readOperation({ ...command, action: 'move', attributes: operationPart }, 'move', estate, state(), person);
    if (!read.ok) return read.answer;
    const { operation, reason } = read;
    if (operation.drType !== 'unplanned') return refusal(4, 'dr-type', 'A standing authority is for a lost site only: a planned move can always wait for people.', 'Add dr_type=unplanned.', 'help authorise');
    if (reason === null) return refusal(3, 'reason-missing', 'Why should nobody be asked? Those who sign read it, and so does the report.', 'Add reason="...".', 'help authorise');
    const when = readConditions(command.attributes, parts.clock.now());
    if (!when.ok) return when.answer;
    const runbook = runbookFor(parts.runbooks, operation);
    if (!runbook) return refusal(1, 'no-runbook', 'No runbook allows an unplanned move.', 'Add one to the runbooks folder and start again.', 'query runbook');
    if (runbook.gate.typedTarget) return refusal(1, 'typed-target', `Runbook ${runbook.name} wants its target typed by whoever approves, at the moment of approval: nobody can do that in advance.`, 'Without typed_target in its gate a standing authority can be signed.', 'query runbook');
    if (when.conditions.lostForMs / estate.clockRate >= runbook.gate.expiresInMs) return refusal(4, 'lost', `Lifeboat's question to people lives ${runbook.gate.expiresInMs / 60_000} minutes (expires: in the gate of runbook ${runbook.name}), and only an open question can be answered by a standing authority. The site would have to be lost for longer than that.`, 'Name a shorter time.', 'help authorise');
    const definite = gateFor(runbook.gate, { attest: null, operation, irreversible: [], requestedBy: lifeboat('monitor'), freezes: [], now: parts.clock.now() });
    let id = '';
    const answer = await settle(caller, () => {
      const open = [...state().standing.values()].find((each) => isStanding(each) && each.authority.tenant === operation.tenant);
      if (open) return { answer: said(`${open.authority.id} for ${operation.tenant} is open already: there is one at a time. Revoke it first.`, [`query standing ${open.authority.id}`, `revoke ${open.authority.id}`], open.authority.id, 1), event: null, tenant: null };
      id = `S-${state().standing.size + 1}`;
      const pinned: Omit<StandingAuthority, 'digest'> = {
        id, tenant: operation.tenant, operation, runbook: runbook.name, conditions: when.conditions, gate: { ...definite, people: Math.max(2, definite.people) }, bound: { runbook: runbook.version, estate: estateBound(estate, operation) },
        expiresAt: when.expiresAt, reason: redactText(reason), proposedBy: person.name,
      };
      const authority = { ...pinned, digest: digestOfStanding(pinned) };
      const text = `${id} is proposed: ${conditionWords(authority, estate.timeZone)}, Lifeboat would move ${operation.from} to ${operation.to} without asking. It takes ${authority.gate.people} signatures of others than you, and ends by itself at ${clockTime(authority.expiresAt, person.timeZone ?? estate.timeZone, 'minute', true)}. Until it is signed nothing has changed. It never stands for proof that a host is off: where its HMC cannot say so, people are asked as ever.`;
      return { answer: said(text, [`query standing ${id}`, `approve ${id}`, `revoke ${id}`], id), event: { type: 'standing.proposed', authority }, tenant: operation.tenant };
    });
    return answer;
  }

  /** `approve S-1`. */
  const signIt = (caller: Caller, id: string): Promise<Answer> => settle(caller, () => {
    const standing = state().standing.get(id);
    const roster = rosterOf(state(), parts.clock.now());
    const signing = standing ? sign(standing, caller.person, roster) : { kind: 'not-yours' as const };
    const no = (code: string, what: string, next: string, command = `query standing ${id}`) => ({ answer: refusal(1, code, what, next, command), event: null, tenant: null });
    const others = (): string => listed(roster.people.filter((person) => person.name !== caller.person.name && sign(standing!, person, roster).kind === 'signed').map(({ name }) => name));
    switch (signing.kind) {
      case 'not-yours': return { answer: none(id), event: null, tenant: null };
      case 'over': return no(signing.kind, `${id} is over: ${standing!.over!.words}. Nothing was signed.`, 'Propose a new one where it is still wanted.', 'help authorise');
      case 'in-force': return no(signing.kind, `${id} is signed already, and in force.`, 'To take it back:', `revoke ${id}`);
      case 'expired': return no(signing.kind, `The time of ${id} is over. Nothing was signed.`, 'Propose a new one where it is still wanted.', 'help authorise');
      case 'own-request': return no(signing.kind, `You proposed ${id}, so you cannot sign it: others must.`, `${others()} can.`);
      case 'not-an-approver': return no(signing.kind, `You may not sign ${id}: it takes the same role as approving the move itself.`, `${others()} can.`);
      case 'already-signed': return no(signing.kind, `You signed ${id} already; one person counts once.`, `${others()} can, too.`);
      case 'signed': {
        const { authority } = standing!;
        const zone = caller.person.timeZone ?? state().estate!.timeZone;
        const text = signing.inForce
          ? `${id} is in force until ${clockTime(authority.expiresAt, zone, 'minute', true)}: ${conditionWords(authority, state().estate!.timeZone)}, Lifeboat moves ${authority.operation.from} to ${authority.operation.to} without asking, once, and tells everybody. Anyone may take it back at any moment.`
          : `Your signature under ${id} is recorded. ${signing.missing} more ${signing.missing === 1 ? 'is' : 'are'} needed${signing.needs.length === 0 ? '' : ` (${signing.needs.join('; ')})`}, from ${listed(signing.from)}.`;
        return { answer: said(text, [`revoke ${id}`, `query standing ${id}`], id), event: { type: 'standing.signed', standing: id, by: caller.person.name, surface: caller.surface, inForce: signing.inForce }, tenant: authority.tenant };
      }
    }
  });

  /** Anyone linked of that tenant or the provider, as with a hold; at once, since every use writes against the same stream. */
  const revoke = (caller: Caller, id: string, reason: string | null): Promise<Answer> => settle(caller, () => {
    const standing = state().standing.get(id);
    if (!standing || !sees(caller.person, standing.authority.tenant)) return { answer: none(id), event: null, tenant: null };
    if (!isStanding(standing)) return { answer: said(`${id} is over already: ${standing.over!.words}.${standing.granted === null ? '' : ` ${standing.granted} may be stopped: hold ${standing.granted}`}`, standing.granted === null ? ['query standing'] : [`hold ${standing.granted}`], id, 1), event: null, tenant: null };
    return { answer: said(`${id} is revoked, at once. If ${standing.authority.operation.from} is lost, people are asked.`, ['query standing'], id), event: { type: 'standing.revoked', standing: id, by: caller.person.name, reason: reason === null ? null : redactText(reason) }, tenant: standing.authority.tenant };
  });

  return { authorise, sign: signIt, revoke };
}
