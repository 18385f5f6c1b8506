import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { didYouMean } from '../core/nearest.js';
import { loopbackNames, readSlack, readSms, readTeams, type SlackSettings, type SmsSettings, type TeamsSettings, type VariableReader } from './chat-settings.js';
import { readMail, serversIn, type MailSettings } from './mail-settings.js';
import { readWebhook, type WebhookSettings } from './webhook-settings.js';
import { ConfigProblems, type Problem } from './problem.js';
import { readWatch, type WatchSettings } from './watch-settings.js';
import { variables, type VariableName } from './variables.js';

/** The environment, read once at the edge. */
export interface Environment {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string | null;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly varDirectory: string;
  readonly estateFile: string;
  /** null: those that come with Lifeboat. */
  readonly runbooksFolder: string | null;
  /** null: those that come with Lifeboat. */
  readonly templatesFolder: string | null;
  readonly databaseUrl: string | null;
  /** Socket of a simulated world that somebody else runs. */
  readonly worldSocket: string | null;
  /** null: the journal keeps every payload. */
  readonly journalKeepDays: number | null;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly slack: SlackSettings | null;
  readonly teams: TeamsSettings | null;
  readonly openId: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string; readonly claim: string } | null;
  readonly mail: MailSettings | null;
  readonly sms: SmsSettings | null;
  readonly watch: WatchSettings;
  /** Who is told of incidents as CloudEvents; null: nobody. */
  readonly webhook: WebhookSettings | null;
  /** Where SNMP traps are received; null: they are not. */
  readonly snmp: { readonly host: string; readonly port: number } | null;
  readonly secretValues: readonly string[];
}

/** @throws ConfigProblems with all of them */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): Environment {
  const problems: Problem[] = [];
  const value = (name: VariableName): string => env[name]?.trim() || variables[name].default;
  const wrong = (name: VariableName, what: string, remedy: string): void => { problems.push({ file: 'environment', line: null, at: name, what, remedy }); };
  const url = (name: VariableName, schemes: readonly string[]): string | null => {
    const text = value(name);
    if (text === '') return null;
    // The value may hold a password: the message names the variable only.
    if (!URL.canParse(text) || !schemes.includes(new URL(text).protocol.replace(':', ''))) wrong(name, `This is not an address with ${schemes.join(' or ')}.`, `${variables[name].meaning}`);
    return text;
  };
  for (const name of Object.keys(env)) if (name.startsWith('LIFEBOAT_') && !(name in variables) && !internal.includes(name)) wrong(name as VariableName, `The variable is not known.${didYouMean(name, Object.keys(variables))}`, 'Correct the name or unset it; .env.example lists them all.');
  const port = Number(value('PORT'));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) wrong('PORT', `'${value('PORT')}' is not a port.`, 'Set a whole number from 0 to 65535.');
  const level = value('LOG_LEVEL');
  if (!['debug', 'info', 'warn', 'error'].includes(level)) wrong('LOG_LEVEL', `'${level}' is not a level.`, 'Set debug, info, warn or error.');
  const trustedProxies = value('TRUSTED_PROXIES').split(',').map((each) => each.trim()).filter((each) => each !== '');
  for (const each of trustedProxies) if (!isNetwork(each)) wrong('TRUSTED_PROXIES', `'${each}' is neither an address nor a network.`, 'Write addresses such as 127.0.0.1, or networks such as 10.1.0.0/16, with commas between them.');
  const keepDays = value('LIFEBOAT_JOURNAL_KEEP_DAYS');
  if (keepDays !== '' && !/^[1-9]\d{0,4}$/.test(keepDays)) wrong('LIFEBOAT_JOURNAL_KEEP_DAYS', `'${keepDays}' is not a number of days.`, 'Set a whole number from 1 to 99999, or unset it to keep all.');
  const trapPort = value('SNMP_TRAP_PORT');
  if (trapPort !== '' && (!/^\d{1,5}$/.test(trapPort) || Number(trapPort) < 1 || Number(trapPort) > 65_535)) wrong('SNMP_TRAP_PORT', `'${trapPort}' is not a port.`, 'Set a whole number from 1 to 65535: 162 is the usual one, 1162 needs no right of its own.');
  if (isIP(value('SNMP_TRAP_HOST')) === 0) wrong('SNMP_TRAP_HOST', `'${value('SNMP_TRAP_HOST')}' is not an address.`, 'Set an IP address of this machine, or 0.0.0.0 for all.');
  const reader: VariableReader = { value, wrong, url };
  const [slack, teams, mail, sms] = [readSlack(reader), readTeams(reader), readMail(reader), readSms(reader)];
  const watch = readWatch(reader);
  const transports = { slack: slack !== null, teams: teams !== null, email: mail !== null, sms: sms !== null };
  for (const name of ['HEARTBEAT_TO', 'CANARY_TO'] as const) for (const { surface } of name === 'CANARY_TO' ? watch.canaryTo : watch.heartbeatTo) if (!transports[surface]) wrong(name, `It names ${surface}, which this Lifeboat has not.`, `Set up ${surface} first, or take it out.`);
  const webhook = readWebhook(reader);
  const loopback = loopbackNames.includes(value('HOST'));
  const publicUrl = url('PUBLIC_URL', ['http', 'https']);
  if (!loopback && publicUrl === null) wrong('PUBLIC_URL', `HOST=${value('HOST')} opens the console to the network, and nobody said at which address.`, 'Set PUBLIC_URL=https://... with TLS in front, or leave HOST at loopback.');
  const issuer = url('OIDC_ISSUER', ['http', 'https']);
  if (issuer !== null && URL.canParse(issuer) && new URL(issuer).protocol === 'http:' && !loopbackNames.includes(new URL(issuer).hostname)) wrong('OIDC_ISSUER', 'Without TLS anybody on the way could sign in as anybody.', 'Write https://, or let the issuer run on this machine.');
  for (const name of ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'PUBLIC_URL'] as const) {
    if (issuer !== null && value(name) === '') wrong(name, 'It is missing, and OIDC_ISSUER cannot sign anybody in without it.', `Set it: ${variables[name].meaning}`);
  }
  const databaseUrl = url('DATABASE_URL', ['postgres', 'postgresql']);
  if (problems.length > 0) throw new ConfigProblems(problems);
  return {
    port, host: value('HOST'), publicUrl, trustedProxies, varDirectory: resolve(value('LIFEBOAT_VAR')), estateFile: resolve(value('LIFEBOAT_ESTATE')), runbooksFolder: value('LIFEBOAT_RUNBOOKS') === '' ? null : resolve(value('LIFEBOAT_RUNBOOKS')), templatesFolder: value('LIFEBOAT_TEMPLATES') === '' ? null : resolve(value('LIFEBOAT_TEMPLATES')), databaseUrl, worldSocket: value('LIFEBOAT_WORLD') === '' ? null : resolve(value('LIFEBOAT_WORLD')), journalKeepDays: keepDays === '' ? null : Number(keepDays), logLevel: level as Environment['logLevel'],
    slack,
    teams,
    openId: issuer === null ? null : { issuer, clientId: value('OIDC_CLIENT_ID'), clientSecret: value('OIDC_CLIENT_SECRET'), claim: value('OIDC_CLAIM') }, mail, watch, sms, webhook, snmp: trapPort === '' ? null : { host: value('SNMP_TRAP_HOST'), port: Number(trapPort) },
    secretValues: [...secretsIn(env), ...(mail?.dkim ? [mail.dkim.privateKey] : [])],
  };
}

/** Set by Lifeboat's own tests and by CI, not by people. */
const internal = ['LIFEBOAT_MAY_SKIP'];

/** Values to keep out of every sink: secrets as they are, and the passwords inside addresses. */
function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return (Object.keys(variables) as VariableName[]).filter((name) => variables[name].secret).flatMap((name) => {
    const text = env[name]?.trim() ?? '';
    if (text === '') return [];
    const passwords = (name === 'SMTP_URL' ? serversIn(text) : [text]).map((each) => (URL.canParse(each) ? new URL(each).password : '')).filter((each) => each !== '');
    return [text, ...passwords, ...passwords.map(plain)];
  });
}

/** Without percent signs; a password that only looks as if it had some stays as it is. */
function plain(text: string): string {
  try { return decodeURIComponent(text); } catch { return text; }
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  // /0 would believe everybody.
  return version !== 0 && more.length === 0 && (bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)));
}
