import { refusal, type Answer, type Caller } from '../core/answer.js';
import { verbs, type Verb } from '../core/plan.js';
import { holdsSecret, redactText } from '../core/redact.js';
import { JournalError } from '../ports/journal.js';
import { createAccounts } from './accounts.js';
import { createAsking } from './asking.js';
import { createAttention } from './attention.js';
import { createAutomation } from './automation.js';
import { createConfiguration } from './configuration/configure.js';
import { createDeliveries } from './deliveries.js';
import { createDelegations } from './delegation.js';
import type { Desk } from './desk.js';
import { createFaults } from './faults.js';
import { parse, type ParsedCommand } from './grammar.js';
import { help } from './help.js';
import { createOnRun } from './on-run.js';
import { createOnCall } from './on-call.js';
import { createOptOutClearing } from './opt-outs.js';
import type { DeskParts } from './parts.js';
import type { Asked } from './asked.js';
import { query } from './queries.js';
import { createSilences } from './silences.js';
import { createStanding } from './standing.js';
import { queryApps } from './vm-agent.js';

const isVerb = (action: string): action is Verb => (verbs as readonly string[]).includes(action);

/** Chat, CLI, web, mail and SMS all speak to this. Every call gets an answer, also when something breaks. */
export function createDesk(parts: DeskParts): Desk {
  const state = () => parts.live.current;
  const estate = () => state().estate!;
  const asked = (caller: Caller, command: ParsedCommand, name: string | null = null): Asked => ({
    estate: estate(), state: state(), person: caller.person, name, words: command.words, attributes: command.attributes, runbooks: parts.runbooks, surfaces: parts.surfaces, version: parts.version, ...(parts.beside ? { beside: parts.beside } : {}), now: parts.clock.now(), sighting: parts.sighting?.current ?? null, faults: [], deliveries: [], waysShut: parts.waysShut?.() ?? [],
    ...(parts.writeEstate ? { writeEstate: parts.writeEstate } : {}), verbose: command.flags.includes('-v'),
    only: command.flags.find((flag) => flag.startsWith('-a '))?.slice(3).split(',') ?? null,
  });
  const asking = createAsking(parts);
  const delegate = createDelegations(parts);
  const standing = createStanding(parts);
  const accounts = createAccounts(parts);
  const inject = createFaults(parts);
  const automation = createAutomation(parts);
  const configure = createConfiguration(parts);
  const deliveries = createDeliveries(parts);
  const onCall = createOnCall(parts);
  const silence = createSilences(parts);
  const attention = createAttention(parts);
  const clearOptOut = createOptOutClearing(parts);
  const onRun = createOnRun(parts, standing, asked);

  async function guarded(work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await work();
    } catch (error) {
      const message = redactText(error instanceof Error ? error.message : String(error));
      parts.log('a command could not be answered', { error: message });
      if (error instanceof JournalError && error.code === 'outcome-unknown') return refusal(1, 'journal', `The database went away before it told whether that was written (${message}): it stands, or it does not.`, 'Look first. Sent again, it counts once.', 'query run');
      if (error instanceof JournalError) return refusal(1, 'journal', `The journal cannot be written at the moment (${message}), so nothing was started or decided.`, 'Runs under way wait by themselves and go on when it is back. Holding a run works all the same. Check disk and database, then send this again.', 'query system status');
      return refusal(1, 'broken', `That could not be done: ${message}`, 'Nothing was started. Send it again; if it stays so, look at the log.', 'query system status');
    }
  }

  return {
    command: (caller, line) => guarded(async () => {
      if (holdsSecret(line)) return refusal(4, 'secret', 'That line holds a secret, so it was refused and is kept nowhere in clear.', 'If it was a real one, change it: others may have seen it in this conversation. Secrets come from the environment only, by name: password=env:NAME.', null);
      const parsed = parse(line);
      if (!parsed.ok) {
        const { status, code: problem, what, next, command, choices } = parsed.problem;
        return refusal(status, problem, what, next, command, choices);
      }
      const { command } = parsed;
      if (command.help) return help(command.action === 'help' ? null : command.action, command.class, caller.person, estate(), state(), parts.clock.now());
      if (command.action === 'restore' && command.class === 'snapshot') return configure(caller, command);
      if (isVerb(command.action)) return asking.operate(caller, command, command.action, line);
      if (command.class === 'silence' && (command.action === 'add' || command.action === 'delete')) return silence(caller, command);
      if (command.class === 'opt_out' && command.action === 'delete') return clearOptOut(caller, command);
      switch (command.action) {
        case 'close': return attention.close(caller, command);
        case 'swap': return onCall.swap(caller, command);
        case 'escalate': return onCall.escalate(caller, command);
        case 'add': case 'modify': case 'delete': case 'pair': case 'manage': case 'unmanage': return command.class === 'override' ? (command.action === 'add' ? onCall.add(caller, command) : onCall.remove(caller, command)) : configure(caller, command);
        case 'run': return asking.runbook(caller, command, line);
        case 'query': case 'report':
          if (command.agent) return queryApps(asked(caller, command, command.name));
          return query(command.action === 'report' ? 'report' : command.class!, { ...asked(caller, command, command.name), faults: command.class === 'fault' ? (await parts.faults?.active()) ?? [] : [], deliveries: command.class === 'delivery' ? await deliveries.of(command) : [] });
        case 'resend': return deliveries.resend(caller, command);
        case 'code': return accounts.code(caller, command.name);
        case 'unlink': return accounts.unlink(caller, command.name);
        case 'delegate': return delegate(caller, command);
        case 'inject':
        case 'revert': return inject(caller, command, command.action);
        case 'start':
        case 'stop': return automation(caller, command);
        case 'authorise': return standing.authorise(caller, command);
        default: return onRun.typed(caller, command);
      }
    }),
    press: (caller, press) => guarded(() => onRun.pressed(caller, press)),
    approversOf: onRun.approversOf,
  };
}
