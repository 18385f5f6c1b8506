#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, keepToken, type Client } from './cli/client.js';
import { doctor } from './cli/doctor.js';
import { applyEstate, checkEstate, exportEstate, say, statusOf } from './cli/estate.js';
import { events } from './cli/events.js';
import { journal } from './cli/journal.js';
import { person as aboutPerson } from './cli/person.js';
import { runbook } from './cli/runbook.js';
import { runbookFiles } from './cli/runbook-files.js';
import { token } from './cli/token.js';
import { readOptions, toLine } from './cli/options.js';

/** What the desk answered: see web/routes/command.ts. */
interface Answered { readonly status: number; readonly text: string; readonly json: unknown; readonly run: string | null; readonly as: string }
type Followed = { readonly kind: 'status' | 'line'; readonly says: string } | { readonly kind: 'waiting' } | { readonly kind: 'end'; readonly says: string; readonly exit: 0 | 1 };

const usage = `lifeboat ACTION CLASS [NAME] [ATTR=VALUE ...]     the same commands as in chat: lifeboat help
lifeboat estate check FILE                        read an estate file strictly; needs no running Lifeboat
lifeboat estate apply FILE [yes]                  show what a changed file changes; yes takes it into use
lifeboat estate export [FILE]                     write the estate in use as such a file
lifeboat events ingest FILE | events tail [FILE]  read KSYS's events.log, once or for good; format=lifekeeper|syslog zone=ZONE
lifeboat events send NAME entity=NAME [severity=... id=...]   report one event, for scripts
lifeboat doctor                                   look at everything that Lifeboat depends on, with remedies
lifeboat journal verify [FILE] [head=ENTRY:CHAIN] check the chain of the journal, or of an export: needs no Lifeboat
lifeboat journal export FILE                      write all of it to a file that verifies offline
lifeboat journal audit FILE                       every run of an export: who asked, who approved, what was done
lifeboat journal erase SEQ reason="..." [text-from-stdin]   take a leaked secret out; the chain stays whole
lifeboat journal import FILE                      set Lifeboat up from an export, in an empty database; runs are held
lifeboat token create NAME [scope=read] [expires=30d] | token list | token revoke NAME   tokens for scripts
lifeboat template preview EVENT [--surface sms] [--language de] [--html FILE] | template lint [FOLDER]   how a message looks; check templates
lifeboat runbook lint [FOLDER] | graph NAME | schema   check runbooks; draw one (SVG); what editors need
lifeboat runbook test [FILE]                      play the tests of runbooks on a simulated estate
lifeboat runbook print [NAME] [html]              plans for paper, for the night when Lifeboat is down
lifeboat person offboard NAME | person forget-passkeys NAME   somebody leaves, or lost the devices
lifeboat login CODE | login-code NAME             sign in with a one-time code; give one out on this machine
Options: --json   --wait (follow the run, exit by its outcome)   --as NAME (simulated estates only)
Exit: 0 success, 1 error, 2 not found, 3 missing input, 4 incorrect input`;

const home = join(dirname(fileURLToPath(import.meta.url)), '..');

async function main(): Promise<number> {
  // As for Lifeboat itself: the real environment wins over the file.
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { words, json, wait, as, problem } = readOptions(process.argv.slice(2));
  if (problem) return say(problem, 4);
  const [first, second, third, fourth] = words;
  if (first === undefined || first === '-h') return say(usage, first === undefined ? 3 : 0);
  if (first === 'estate' && second === 'check') return checkEstate(third, json);
  if (first === 'journal' && second === 'import') return (await import('./import-journal.js')).importJournalFile(third, json);
  const client = createClient();
  if (first === 'estate' && second === 'apply') return applyEstate(third, fourth, { client, as, json });
  if (first === 'estate' && second === 'export') return exportEstate(third, { client, as, json });
  if (first === 'doctor') return doctor({ client, as, json, home });
  if (first === 'events') return events(words.slice(1), { client, as, json });
  if (first === 'login') {
    if (second === undefined) return say('login needs a one-time code. Get one in chat or in the console with: code cli', 3);
    const { person, token } = await client.call<{ person: string; token: string }>('POST', '/api/login', { code: second });
    process.stdout.write(`You are ${person} here now. Your token is kept in ${keepToken(token)}; nobody else can read it.\n`);
    return 0;
  }
  if (first === 'login-code') {
    if (second === undefined) return say('login-code needs a person: lifeboat login-code ana', 3);
    const { person, code } = await client.call<{ person: string; code: string }>('POST', '/api/login-code', { person: second, purpose: third === 'web' ? 'web' : 'cli' });
    process.stdout.write(`One-time code for ${person}: ${code}. It works once, for ten minutes: ${third === 'web' ? "on the console's sign-in page" : `lifeboat login ${code}`}\n`);
    return 0;
  }
  if (first === 'person') return aboutPerson(words.slice(1), { client, as, json });
  if (first === 'runbook' && ['schema', 'lint', 'graph'].includes(second ?? '')) return runbookFiles(words.slice(1), { folder: process.env.LIFEBOAT_RUNBOOKS || join(home, 'runbooks'), estateFile: process.env.LIFEBOAT_ESTATE || join(home, 'estates', 'demo.yaml'), json });
  if (first === 'runbook' && second === 'test') return (await import('./cli/runbook-test.js')).runbookTests(third, { folder: process.env.LIFEBOAT_RUNBOOKS || join(home, 'runbooks'), estateFile: process.env.LIFEBOAT_ESTATE || join(home, 'estates', 'demo.yaml'), json });
  if (first === 'template') return (await import('./template-files.js')).templateFiles(words.slice(1), { shipped: join(home, 'templates'), own: process.env.LIFEBOAT_TEMPLATES || null, json, now: Date.now() });
  if (first === 'runbook') return runbook(words.slice(1), { client, as, json });
  if (first === 'token') return token(words.slice(1), { client, as, json });
  if (first === 'journal') return journal(words.slice(1), { client, as, json });
  if (monitorsStatus(words)) return followed(client, '/api/system/status/follow', as, json);
  const answer = await client.call<Answered>('POST', '/api/command', { line: toLine(words), ...(as ? { as } : {}) });
  const waits = wait && answer.status === 0 && answer.run !== null;
  if (json) { if (!waits) process.stdout.write(`${JSON.stringify(answer.json)}\n`); }
  else (answer.status === 0 ? process.stdout : process.stderr).write(`${answer.text}\n`);
  if (!waits) return answer.status;
  return followed(client, `/api/runs/${answer.run}/follow`, as, json);
}

/** `query system status monitor=yes`, by whichever alias. */
const monitorsStatus = (words: readonly string[]): boolean => /^(ksysmgr )?(q\w*|ls|get|sh\w*) sys\w* status monitor=yes$/i.test(words.join(' '));

async function followed(client: Client, path: string, as: string | null, json: boolean): Promise<number> {
  let exit: number = 1;
  let last = '';
  await client.lines(`${path}${as ? `?as=${encodeURIComponent(as)}` : ''}`, (line) => {
    const told = line as Followed;
    if (json) process.stdout.write(`${JSON.stringify(told)}\n`);
    else if (told.kind !== 'waiting' && told.says !== '' && !last.endsWith(told.says)) process.stdout.write(`${last = told.says}\n`);
    if (told.kind === 'end') exit = told.exit;
  });
  return exit;
}

main().then((status) => { process.exitCode = status; }, (error: unknown) => { process.exitCode = say(error instanceof Error ? error.message : String(error), statusOf(error)); });
