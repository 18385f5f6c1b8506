import { didYouMean } from '../core/nearest.js';
import { corrected } from './corrected.js';

/** ksysmgr's `ACTION CLASS [NAME] [ATTR=VALUE ...]` (reference/ksys.md section 3), after aliases. */
export interface ParsedCommand {
  readonly action: Action;
  readonly class: CommandClass | null;
  readonly name: string | null;
  /** `modify host_group NAME options ...`, `... add hosts=...`, `... remove hosts=...`. */
  readonly word?: ModifyWord;
  readonly attributes: ReadonlyMap<string, string>;
  readonly flags: readonly string[];
  readonly help: boolean;
  /** As they were typed, without the program's name: for the line that somebody sends instead. */
  readonly words: readonly string[];
  /** Written as the VM agent's own command, `ksysvmmgr`. */
  readonly agent?: true;
}
export type ModifyWord = 'options' | 'add' | 'remove';
export type ParseProblem = { readonly status: 3 | 4; readonly code: string; readonly what: string; readonly next: string; readonly command: string | null; readonly choices?: readonly string[] };
export type Parsed = { readonly ok: true; readonly command: ParsedCommand } | { readonly ok: false; readonly problem: ParseProblem };

const actionAliases = {
  query: ['query', 'q*', 'ls', 'get', 'sh*'], discover: ['discover', 'di*'], verify: ['verify', 'ver*'], move: ['move', 'mov*', 'mv', 'swi*'], cleanup: ['cleanup', 'clean*'],
  restart: ['restart'], lpm: ['lpm'], restore: ['restore', 'rest*', 'resto*'], inject: ['inject', 'inj*'], revert: ['revert'], start: ['start'], stop: ['stop'],
  resync: ['resync', 'resy*'], recover: ['recover', 'reco*'], help: ['help', '?', '-h', '-?'],
  run: ['run'], retry: ['retry', 'ret*'], resend: ['resend', 'rese*'], skip: ['skip'], confirm: ['confirm', 'conf*'],
  approve: ['approve', 'app*'], reject: ['reject', 'rej*'], hold: ['hold'], resume: ['resume', 'resu*'], cancel: ['cancel', 'can*'], why: ['why'], acknowledge: ['acknowledge', 'ack*'], unacknowledge: ['unacknowledge', 'unack*'], close: ['close'],
  review: ['review', 'rev*'], code: ['code'], unlink: ['unlink'], delegate: ['delegate', 'deleg*'], swap: ['swap'], escalate: ['escalate', 'esc*'], authorise: ['authorise', 'authorize', 'auth*'], revoke: ['revoke'],
  add: ['add', 'ad*', 'cr*', 'make', 'mk'], delete: ['delete', 'de*', 'remov*', 'rm', 'er*'], modify: ['modify', 'mod*', 'ch*', 'set', 'sets'], pair: ['pair', 'map'], manage: ['manage', 'man*', 'mg'], unmanage: ['unmanage', 'unman*', 'umg'],
  report: ['report'],
} as const;
export type Action = keyof typeof actionAliases;

const classAliases = {
  ksyscluster: ['ksyscluster', 'ksysclu*', 'clu*', 'cl*'], site: ['site', 'sit*'], vm: ['vm', 'lp*', 'vm*'], host_group: ['host_group', 'hg', 'host_g*'], host: ['host', 'hos*', 'serv*'], hmc: ['hmc', 'hmcs'],
  vios: ['vios', 'vio*'], storage_agent: ['storage_agent', 'stor*', 'sta*'], disk_pair: ['disk_pair', 'disk_p*', 'dp'], disk_group: ['disk_group', 'dg', 'disk_g*'], notify: ['notify', 'rn', 'remote_not*', 'noti*'],
  workgroup: ['workgroup', 'workg*', 'work_g*', 'wg'], app: ['app', 'apps', 'application'], disk: ['disk', 'disks'], automation: ['automation', 'autom*'], fault: ['fault', 'faults', 'failure', 'failures'],
  event: ['event', 'ev*'], system: ['system', 'sys*'], version: ['version', 'vers*'], run: ['run', 'runs'], incident: ['incident', 'inc*'], lock: ['lock', 'lock*'], runbook: ['runbook', 'runb*'],
  person: ['person', 'people', 'pers*'], schedule: ['schedule', 'sched*'], pending: ['pending', 'pend*'], survivability: ['survivability', 'surviv*'], delegation: ['delegation', 'deleg*'], quorum: ['quorum', 'quor*'], standing: ['standing', 'authority', 'auth*'], freeze: ['freeze', 'freez*'],
  on_call: ['on_call', 'oncall', 'duty', 'shift*'], override: ['override', 'overrides', 'overr*'], escalation: ['escalation', 'escalations'], delivery: ['delivery', 'deliveries', 'deli*'], script: ['script', 'scr*'], snapshot: ['snapshot', 'snap*'], estate: ['estate'], silence: ['silence', 'silences', 'sil*'], opt_out: ['opt_out', 'optout', 'opt-out', 'opt_outs'],
} as const;
export type CommandClass = keyof typeof classAliases;

export const actions = Object.keys(actionAliases) as Action[];
export const classes = Object.keys(classAliases) as CommandClass[];
export const aliasesOf = (word: Action | CommandClass): readonly string[] => ((actionAliases as Record<string, readonly string[]>)[word] ?? (classAliases as Record<string, readonly string[]>)[word] ?? []).slice(1);

/** What each action takes: classes, or a run or incident id. */
export const operations: Partial<Record<Action, readonly CommandClass[]>> = {
  query: classes, discover: ['site', 'host_group', 'workgroup'], verify: ['site', 'host_group', 'workgroup'], move: ['site', 'host_group', 'workgroup'], cleanup: ['site', 'host_group', 'workgroup', 'host'], resync: ['site', 'host_group', 'workgroup'], recover: ['site', 'host_group', 'workgroup'],
  restart: ['vm', 'host'], lpm: ['vm', 'host'], restore: ['host', 'snapshot'], inject: ['vm', 'app', 'vios', 'host', 'disk', 'hmc', 'storage_agent', 'site', 'host_group', 'system'], revert: ['vm', 'app', 'vios', 'host', 'disk', 'hmc', 'storage_agent', 'site', 'host_group', 'system'], start: ['automation'], stop: ['automation'],
  run: ['runbook'], authorise: ['site'], report: ['system'], resend: ['delivery'], close: ['incident'], swap: ['on_call'], pair: ['host'], manage: ['vm', 'disk'], unmanage: ['vm', 'disk'],
  add: ['ksyscluster', 'site', 'hmc', 'host', 'host_group', 'workgroup', 'storage_agent', 'notify', 'script', 'snapshot', 'app', 'on_call', 'escalation', 'override', 'silence'], modify: ['ksyscluster', 'system', 'hmc', 'host', 'host_group', 'workgroup', 'vm', 'storage_agent', 'notify', 'app', 'on_call', 'escalation'],
  delete: ['ksyscluster', 'site', 'hmc', 'host', 'host_group', 'workgroup', 'vm', 'storage_agent', 'notify', 'script', 'app', 'on_call', 'escalation', 'override', 'silence', 'opt_out'],
};
const onRuns: readonly Action[] = ['approve', 'reject', 'revoke', 'hold', 'resume', 'cancel', 'retry', 'skip', 'confirm', 'why', 'review', 'acknowledge', 'unacknowledge', 'escalate'];

function match<K extends string>(table: Record<K, readonly string[]>, word: string): K | null {
  const wanted = word.toLowerCase();
  const entries = Object.entries(table) as [K, readonly string[]][];
  const exact = entries.find(([, aliases]) => aliases.includes(wanted));
  return (exact ?? entries.find(([, aliases]) => aliases.some((alias) => alias.endsWith('*') && wanted.startsWith(alias.slice(0, -1)))))?.[0] ?? null;
}

/** Line breaks, control characters and those that turn the direction of reading: a reason that holds one could look like a line of Lifeboat's own. */
const controls = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Splits on blanks; quotes hold blanks together: `reason="array is dead"`. Curly quotes, as phones type them, count too. */
export function tokens(line: string): string[] | null {
  const plain = line.replace(/[\u201c\u201d]/g, '"').replace(/[\u2018\u2019]/g, "'").replace(/[\u00a0\u2007\u202f]/g, ' ').replace(controls, ' ');
  const found: string[] = [];
  const pattern = /\s*((?:[^\s"']|"[^"]*"|'[^']*')+)/y;
  for (let at = 0; at < plain.trimEnd().length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const token = pattern.exec(plain);
    if (!token) return null;
    found.push(token[1]!.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
  }
  return found;
}

/** Reads one line. ACTION and CLASS in any case and by alias; NAME, ATTR and VALUE as written. */
export function parse(line: string): Parsed {
  const words = tokens(line);
  if (words === null) return problem(4, 'quotes', 'A quotation mark is not closed.', 'Close it and send the line again.');
  const program = words[0]?.toLowerCase();
  if (program === 'ksysmgr' || program === 'lifeboat' || program === 'ksysvmmgr') words.shift();
  // ksysvmmgr -s: the agent is told to sync at once, which it is here in any case.
  if (program === 'ksysvmmgr' && words[0] === '-s') words.shift();
  const typed = [...words];
  const flags: string[] = [];
  while (words[0]?.startsWith('-') && words[0] !== '-?' && words[0] !== '-h') {
    const flag = words.shift()!;
    flags.push(['-a', '-l'].includes(flag) ? `${flag} ${words.shift() ?? ''}` : flag);
  }
  const late = words.slice(1).find((word) => /^-[a-z]$/.test(word) && word !== '-h');
  for (const flag of late === undefined ? flags : [...flags, late]) {
    if (flag === '-f') return problem(4, 'force', 'Lifeboat has no -f: an approval is never skipped.', 'Send the command without -f; who must approve is shown with the plan.');
    if (!['-a', '-v', '-i'].includes(flag.split(' ')[0]!)) return problem(4, 'flag', `The flag ${flag.split(' ')[0]} is not known here.`, 'Leave it out. Known: -a NAME,NAME (query: only these labels), -h.');
  }
  if (late !== undefined) return problem(4, 'flag', `The flag ${late} stands behind the command.`, 'Flags come first, as with ksysmgr.', null);
  const first = words.shift();
  if (first === undefined) return { ok: true, command: { action: 'help', class: null, name: null, attributes: new Map(), flags, help: true, words: typed } };
  const action = match(actionAliases, first);
  if (action === null) {
    const choices = corrected({ words: [first, ...words] }, first, actions);
    return problem(4, 'unknown-action', `There is no command '${first}'.${didYouMean(first, actions)}`, choices.length > 0 ? 'Send the corrected line, or ask for help.' : 'Ask for the list of commands.', choices[0] ?? 'help', choices);
  }
  const help = words.some((word) => word === '-h' || word === '-?');
  const rest = words.filter((word) => word !== '-h' && word !== '-?');
  const attributes = new Map<string, string>();
  const names: string[] = [];
  for (const word of rest) {
    const equals = word.indexOf('=');
    if (equals <= 0) { names.push(word); continue; }
    const key = word.slice(0, equals);
    if (attributes.has(key)) return problem(4, 'twice', `The attribute '${key}' is given twice.`, 'Give it once.');
    attributes.set(key, word.slice(equals + 1));
  }
  if (action === 'help') {
    const about = names[0] === undefined ? null : match(actionAliases, names[0]);
    if (names[0] !== undefined && about === null) {
      const choices = corrected({ words: typed }, names[0], actions);
      return problem(4, 'unknown-action', `There is no command '${names[0]}' to explain.${didYouMean(names[0], actions)}`, 'Ask for the list of commands.', choices[0] ?? 'help', choices);
    }
    const takes = operations[about ?? 'help'] ?? [];
    const of = names[1] === undefined ? null : match(classAliases, names[1]);
    if (names[1] !== undefined && takes.length > 0 && (of === null || !takes.includes(of))) {
      const choices = corrected({ words: typed }, names[1], takes);
      return problem(4, 'unknown-class', `${about} knows no class '${names[1]}'.${didYouMean(names[1], takes)} It takes ${takes.join(', ')}.`, 'Send the corrected line.', choices[0] ?? `help ${about}`, choices);
    }
    return { ok: true, command: { action: about ?? 'help', class: of, name: null, attributes, flags, help: true, words: typed } };
  }
  const takes = operations[action];
  if (!takes) {
    if (names.length > 1 && onRuns.includes(action)) return problem(4, 'too-many', `'${names.slice(1).join(' ')}' is too much: ${action} takes one run.`, `A reason goes like this: reason="..."`, `${action} ${names[0]}`);
    return { ok: true, command: { action, class: null, name: names[0] ?? null, attributes, flags, help, words: typed } };
  }
  // `authorise move site ...` reads like the command that it is about; it is about nothing else.
  // As with acknowledge, the id says what it is.
  if (action === 'close' && /^I-\d+$/i.test(names[0] ?? '')) names.unshift('incident');
  if (action === 'authorise' && match(actionAliases, names[0] ?? '') === 'move') names.shift();
  if (names[0] === undefined) {
    if (help) return { ok: true, command: { action, class: null, name: null, attributes, flags, help, words: typed } };
    return problem(3, 'class-missing', `${action} needs a class: ${takes.join(', ')}.`, 'Add the class, or look at the help.', `help ${action}`);
  }
  const kind = match(classAliases, names[0]);
  if (kind === null || !takes.includes(kind)) {
    const choices = corrected({ words: typed }, names[0], takes);
    return problem(4, 'unknown-class', `${action} knows no class '${names[0]}'.${didYouMean(names[0], takes)} It takes ${takes.join(', ')}.`, 'Send the corrected line.', choices[0] ?? `help ${action}`, choices);
  }
  const word = action === 'modify' && ['options', 'add', 'remove'].includes(names[2] ?? '') ? names.splice(2, 1)[0] as ModifyWord : null;
  if (names.length > 2) return problem(4, 'too-many', `'${names.slice(2).join(' ')}' is too much: one name at a time.`, 'Attributes are written ATTR=VALUE.', `help ${action} ${kind}`);
  const agent = program === 'ksysvmmgr';
  if (agent && (kind !== 'app' || !['query', 'add', 'modify', 'delete'].includes(action))) return problem(4, 'vm-agent', `ksysvmmgr is the VM agent's command: it adds, modifies, deletes and queries app.`, 'Everything else goes without ksysvmmgr.', 'ksysvmmgr query app');
  return { ok: true, command: { action, class: kind, name: names[1] ?? null, ...(word === null ? {} : { word }), attributes, flags, help, words: typed, ...(agent ? { agent } : {}) } };
}

const problem = (status: 3 | 4, code: string, what: string, next: string, command: string | null = null, choices: readonly string[] = []): Parsed => ({ ok: false, problem: { status, code, what, next, command, choices } });
