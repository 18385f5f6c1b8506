import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { didYouMean } from '../core/nearest.js';
import { ConfigProblems, type Problem } from './problem.js';

/** Every variable that Lifeboat reads, with meaning and default; `.env.example` says the same (a test compares them). `secret`: its value never leaves the process. */
export const variables = {
  PORT: { meaning: 'Port of the console and the HTTP API.', default: '3000', secret: false },
  HOST: { meaning: 'Address to listen on. Anything but loopback needs PUBLIC_URL with TLS in front.', default: '127.0.0.1', secret: false },
  PUBLIC_URL: { meaning: 'Address at which people reach the console, such as https://lifeboat.example. Links in messages use it.', default: '', secret: false },
  TRUSTED_PROXIES: { meaning: 'Addresses or networks of the proxies in front, such as 127.0.0.1,10.1.0.0/16: their X-Forwarded-For says who calls. Unset: nobody\'s does.', default: '', secret: false },
  LIFEBOAT_VAR: { meaning: 'Folder for data: bundled PostgreSQL, simulated world, socket of the command line.', default: './var', secret: false },
  LIFEBOAT_ESTATE: { meaning: 'Estate file. See: lifeboat estate check FILE', default: './estates/demo.yaml', secret: false },
  LIFEBOAT_RUNBOOKS: { meaning: 'Folder of the runbooks. Unset: those that come with Lifeboat. See: lifeboat runbook lint FOLDER', default: '', secret: false },
  LIFEBOAT_TEMPLATES: { meaning: 'Folder of your own message templates, name.hbs for all and TENANT/name.hbs for one tenant; each takes the place of the shipped one of its name. Unset: those that come with Lifeboat. See docs/templates.md.', default: '', secret: false },
  DATABASE_URL: { meaning: 'PostgreSQL 15 or later to use instead of the bundled one, postgresql://USER:PASSWORD@HOST/DATABASE.', default: '', secret: true },
  LIFEBOAT_WORLD: { meaning: 'Socket of a simulated world that runs already, so that several Lifeboats share it. Unset: each starts and stops its own.', default: '', secret: false },
  LIFEBOAT_JOURNAL_KEEP_DAYS: { meaning: 'Days after which progress lines, refusals, notes and reports of events lose their payload in the journal; the chain stays verifiable. Unset: all is kept.', default: '', secret: false },
  LOG_LEVEL: { meaning: 'debug, info, warn or error.', default: 'info', secret: false },
  SLACK_BOT_TOKEN: { meaning: 'Bot token of the Slack app (xoxb-...). Unset: no Slack. See docs/slack.md.', default: '', secret: true },
  SLACK_SIGNING_SECRET: { meaning: 'Signing secret of the Slack app, for requests to /slack/events.', default: '', secret: true },
  SLACK_APP_TOKEN: { meaning: 'App-level token (xapp-...): its presence chooses Socket Mode.', default: '', secret: true },
  SLACK_API_URL: { meaning: 'Another Slack Web API than slack.com, for GovSlack and tests. Ends with a slash.', default: '', secret: false },
  SLACK_CLIENT_ID: { meaning: 'Client id of the Slack app, to install it in several workspaces through /slack/install. Needs SLACK_CLIENT_SECRET and PUBLIC_URL.', default: '', secret: false },
  SLACK_CLIENT_SECRET: { meaning: 'Client secret of the Slack app. Tokens of installed workspaces are kept sealed with it: with another one they are installed again.', default: '', secret: true },
  SLACK_CHANNEL_WORKSPACES: { meaning: 'Channels of the estate that are not in the main workspace, such as cluster01:T0123ABCD,cluster02:T0456EFGH.', default: '', secret: false },
  SLACK_USER_GROUPS: { meaning: 'Slack user groups that follow who can decide for a tenant, such as cluster01:S0123ABCD. Needs the scopes usergroups:read and usergroups:write.', default: '', secret: false },
  TEAMS_APP_ID: { meaning: 'App id of the Teams bot (a UUID). Unset: no Teams. See docs/teams.md.', default: '', secret: false },
  TEAMS_APP_PASSWORD: { meaning: 'Client secret of the bot\'s app registration.', default: '', secret: true },
  TEAMS_TENANT_ID: { meaning: 'Microsoft 365 tenant (a UUID) whose people may use Lifeboat from Teams; everybody else is refused.', default: '', secret: false },
  TEAMS_SERVICE_HOSTS: { meaning: 'Hosts that answers to Teams may go to, with commas between them; *. in front of a domain means all below it. Loopback only if named.', default: 'smba.trafficmanager.net,*.botframework.com,smba.infra.gcc.teams.microsoft.com', secret: false },
  TEAMS_TOKEN_ISSUER: { meaning: 'Who signs what Teams sends, and for whom our own token is asked. Another one only in sovereign clouds and tests.', default: 'https://api.botframework.com', secret: false },
  TEAMS_OPENID_METADATA_URL: { meaning: 'Where that issuer publishes its keys.', default: 'https://login.botframework.com/v1/.well-known/openidconfiguration', secret: false },
  TEAMS_LOGIN_URL: { meaning: 'Directory that gives the bot its own token; /TENANT/oauth2/v2.0/token is put behind it.', default: 'https://login.microsoftonline.com', secret: false },
  OIDC_ISSUER: { meaning: 'OpenID Connect issuer that signs people in to the console, https://... Needs PUBLIC_URL; redirect address PUBLIC_URL/auth/callback. Unset: one-time codes only. See docs/people.md.', default: '', secret: false },
  OIDC_CLIENT_ID: { meaning: 'Lifeboat\'s client id at the issuer.', default: '', secret: false },
  OIDC_CLIENT_SECRET: { meaning: 'Lifeboat\'s client secret at the issuer.', default: '', secret: true },
  OIDC_CLAIM: { meaning: 'Claim of the ID token that names a person for good: never an address that may go to somebody else.', default: 'sub', secret: false },
  SMTP_URL: { meaning: 'Mail server, smtp://USER:PASSWORD@HOST:587 or smtps://... Unset: mail is kept and shown in the console.', default: '', secret: true },
  MAIL_FROM: { meaning: 'Sender of the mail.', default: 'Lifeboat <lifeboat@localhost>', secret: false },
  SMS_URL: { meaning: 'SMS gateway: address of Kannel\'s sendsms service, http://USER:PASSWORD@HOST:13013/cgi-bin/sendsms. Unset: text messages are kept and shown in the console. See docs/sms.md.', default: '', secret: true },
  SMS_FROM: { meaning: 'Sender of the text messages, a number or a short code. Unset: the gateway\'s own.', default: '', secret: false },
  SMS_INBOUND_TOKEN: { meaning: 'What the gateway proves itself with when it hands in a reply to /sms/kannel: 16 signs or more. Unset: replies are not taken.', default: '', secret: true },
  KSYS_TIME_ZONES: { meaning: 'For lifeboat events: what time-zone abbreviations in events.log mean, such as CST=+08:00,IST=+02:00. Unset: CST is US Central, IST is India.', default: '', secret: false },
  LIFEBOAT_URL: { meaning: 'For the command line: address of a Lifeboat on another machine. Unset: the socket below LIFEBOAT_VAR.', default: '', secret: false },
  XDG_CONFIG_HOME: { meaning: 'For the command line: folder in which lifeboat login keeps lifeboat/token. Unset: ~/.config.', default: '', secret: false },
  XDG_RUNTIME_DIR: { meaning: 'Folder for the socket of the bundled PostgreSQL. Unset, or too long for a socket: /tmp.', default: '', secret: false },
  LIFEBOAT_TOKEN: { meaning: 'For the command line: a person\'s token, instead of the one that lifeboat login keeps.', default: '', secret: true },
} as const;
export type VariableName = keyof typeof variables;

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
  /** `botToken` or `client`, or both. `workspaceOf`: channel to workspace. `userGroups`: tenant to user group. */
  readonly slack: { readonly botToken: string | null; readonly signingSecret: string; readonly appToken: string | null; readonly apiUrl: string | null; readonly client: { readonly id: string; readonly secret: string } | null; readonly workspaceOf: ReadonlyMap<string, string>; readonly userGroups: ReadonlyMap<string, string> } | null;
  readonly teams: { readonly appId: string; readonly appPassword: string; readonly tenantId: string; readonly tokenIssuer: string; readonly openIdMetadataUrl: string; readonly loginUrl: string; readonly serviceHosts: readonly string[] } | null;
  readonly openId: { readonly issuer: string; readonly clientId: string; readonly clientSecret: string; readonly claim: string } | null;
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly sms: { readonly url: string; readonly from: string | null; /** null: replies are not taken. */ readonly inboundToken: string | null } | null;
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
  const token = value('SLACK_BOT_TOKEN');
  const appToken = value('SLACK_APP_TOKEN');
  const clientId = value('SLACK_CLIENT_ID');
  if (clientId !== '' && value('SLACK_CLIENT_SECRET') === '') wrong('SLACK_CLIENT_SECRET', 'It is missing, and SLACK_CLIENT_ID installs nothing without it.', 'Set it (Basic Information, App Credentials), or unset SLACK_CLIENT_ID.');
  if (clientId !== '' && value('PUBLIC_URL') === '') wrong('PUBLIC_URL', 'It is missing, and Slack would not know where to send the browser after an installation.', 'Set it: https://... with TLS in front. The redirect URL of the Slack app is PUBLIC_URL/slack/oauth_redirect.');
  const pairs = (name: VariableName, text: string, form: RegExp, example: string): ReadonlyMap<string, string> => {
    const read = text.split(',').map((each) => each.trim()).filter((each) => each !== '').map((each) => each.split(':').map((part) => part.trim()));
    for (const pair of read) if (pair.length !== 2 || pair[0] === '' || !form.test(pair[1]!)) wrong(name, 'A part of it is no pair of a name and an id of Slack.', `Write NAME:ID with commas between them, such as ${example}.`);
    return new Map(read.map(([key = '', id = '']) => [key, id]));
  };
  const workspaceOf = pairs('SLACK_CHANNEL_WORKSPACES', value('SLACK_CHANNEL_WORKSPACES'), /^[TE][A-Z0-9]{1,20}$/, 'cluster01:T0123ABCD');
  const userGroups = pairs('SLACK_USER_GROUPS', value('SLACK_USER_GROUPS'), /^S[A-Z0-9]{1,20}$/, 'cluster01:S0123ABCD');
  if ((token !== '' || clientId !== '') && appToken === '' && value('SLACK_SIGNING_SECRET') === '') wrong('SLACK_SIGNING_SECRET', 'It is missing, so requests from Slack could not be told from forged ones.', 'Set it (Basic Information, App Credentials), or set SLACK_APP_TOKEN for Socket Mode.');
  const teams = readTeams(value, wrong, url);
  const loopback = loopbackNames.includes(value('HOST'));
  const publicUrl = url('PUBLIC_URL', ['http', 'https']);
  if (!loopback && publicUrl === null) wrong('PUBLIC_URL', `HOST=${value('HOST')} opens the console to the network, and nobody said at which address.`, 'Set PUBLIC_URL=https://... with TLS in front, or leave HOST at loopback.');
  const issuer = url('OIDC_ISSUER', ['http', 'https']);
  if (issuer !== null && URL.canParse(issuer) && new URL(issuer).protocol === 'http:' && !loopbackNames.includes(new URL(issuer).hostname)) wrong('OIDC_ISSUER', 'Without TLS anybody on the way could sign in as anybody.', 'Write https://, or let the issuer run on this machine.');
  for (const name of ['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'PUBLIC_URL'] as const) {
    if (issuer !== null && value(name) === '') wrong(name, 'It is missing, and OIDC_ISSUER cannot sign anybody in without it.', `Set it: ${variables[name].meaning}`);
  }
  const apiUrl = url('SLACK_API_URL', ['http', 'https']);
  const databaseUrl = url('DATABASE_URL', ['postgres', 'postgresql']);
  const smtpUrl = url('SMTP_URL', ['smtp', 'smtps']);
  const smsUrl = url('SMS_URL', ['http', 'https']);
  const inboundToken = value('SMS_INBOUND_TOKEN');
  if (inboundToken !== '' && (inboundToken.length < 16 || !/^[\w.~-]+$/.test(inboundToken))) wrong('SMS_INBOUND_TOKEN', 'It is too short to be a secret, or has signs that an address cannot hold.', 'Take 16 or more letters, digits, "-", "_", "." or "~", at random: openssl rand -hex 16');
  if (inboundToken !== '' && smsUrl === null) wrong('SMS_URL', 'It is missing, and SMS_INBOUND_TOKEN is of no use without it.', 'Set both, or neither.');
  if (problems.length > 0) throw new ConfigProblems(problems);
  return {
    port, host: value('HOST'), publicUrl, trustedProxies, varDirectory: resolve(value('LIFEBOAT_VAR')), estateFile: resolve(value('LIFEBOAT_ESTATE')), runbooksFolder: value('LIFEBOAT_RUNBOOKS') === '' ? null : resolve(value('LIFEBOAT_RUNBOOKS')), templatesFolder: value('LIFEBOAT_TEMPLATES') === '' ? null : resolve(value('LIFEBOAT_TEMPLATES')), databaseUrl, worldSocket: value('LIFEBOAT_WORLD') === '' ? null : resolve(value('LIFEBOAT_WORLD')), journalKeepDays: keepDays === '' ? null : Number(keepDays), logLevel: level as Environment['logLevel'],
    slack: token === '' && clientId === '' ? null : { botToken: token === '' ? null : token, signingSecret: value('SLACK_SIGNING_SECRET'), appToken: appToken === '' ? null : appToken, apiUrl, client: clientId === '' ? null : { id: clientId, secret: value('SLACK_CLIENT_SECRET') }, workspaceOf, userGroups },
    teams,
    openId: issuer === null ? null : { issuer, clientId: value('OIDC_CLIENT_ID'), clientSecret: value('OIDC_CLIENT_SECRET'), claim: value('OIDC_CLAIM') }, smtpUrl, mailFrom: value('MAIL_FROM'), sms: smsUrl === null ? null : { url: smsUrl, from: value('SMS_FROM') === '' ? null : value('SMS_FROM'), inboundToken: inboundToken === '' ? null : inboundToken },
    secretValues: secretsIn(env),
  };
}

/** All three or none; an address without TLS would let anybody on the way speak for anybody. */
function readTeams(value: (name: VariableName) => string, wrong: (name: VariableName, what: string, remedy: string) => void, url: (name: VariableName, schemes: readonly string[]) => string | null): Environment['teams'] {
  const names = ['TEAMS_APP_ID', 'TEAMS_APP_PASSWORD', 'TEAMS_TENANT_ID'] as const;
  if (names.every((name) => value(name) === '')) return null;
  for (const name of names) if (value(name) === '') wrong(name, 'It is missing, and Teams needs all of TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID.', `Set it, or unset the others: ${variables[name].meaning}`);
  for (const name of ['TEAMS_APP_ID', 'TEAMS_TENANT_ID'] as const) if (value(name) !== '' && !/^[0-9A-Za-z-]{1,64}$/.test(value(name))) wrong(name, `'${value(name)}' is not an id as Azure gives them.`, 'Copy it from the app registration: letters, digits and dashes.');
  const serviceHosts = value('TEAMS_SERVICE_HOSTS').split(',').map((each) => each.trim().toLowerCase()).filter((each) => each !== '');
  for (const each of serviceHosts) if (!/^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?$|^localhost(?::\d{1,5})?$/.test(each)) wrong('TEAMS_SERVICE_HOSTS', `'${each}' is not a host.`, 'Write hosts such as smba.trafficmanager.net or *.botframework.com, with commas between them.');
  for (const name of ['TEAMS_OPENID_METADATA_URL', 'TEAMS_LOGIN_URL', 'TEAMS_TOKEN_ISSUER'] as const) {
    const text = url(name, ['http', 'https']) ?? '';
    if (URL.canParse(text) && new URL(text).protocol === 'http:' && !loopbackNames.includes(new URL(text).hostname)) wrong(name, 'Without TLS anybody on the way could speak for anybody.', 'Write https://, or let it run on this machine.');
  }
  return { appId: value('TEAMS_APP_ID'), appPassword: value('TEAMS_APP_PASSWORD'), tenantId: value('TEAMS_TENANT_ID'), tokenIssuer: value('TEAMS_TOKEN_ISSUER'), openIdMetadataUrl: value('TEAMS_OPENID_METADATA_URL'), loginUrl: value('TEAMS_LOGIN_URL'), serviceHosts };
}

const loopbackNames = ['127.0.0.1', 'localhost', '::1', '[::1]'];

/** Set by Lifeboat's own tests and by CI, not by people. */
const internal = ['LIFEBOAT_MAY_SKIP'];

/** Values to keep out of every sink: secrets as they are, and the passwords inside addresses. */
function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  return (Object.keys(variables) as VariableName[]).filter((name) => variables[name].secret).flatMap((name) => {
    const text = env[name]?.trim() ?? '';
    if (text === '') return [];
    const password = URL.canParse(text) ? new URL(text).password : '';
    return [text, ...(password === '' ? [] : [password, plain(password)])];
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
