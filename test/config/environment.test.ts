import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { takesTexts } from '../../src/config/chat-settings.js';
import { readEnvironment } from '../../src/config/environment.js';
import { variables, type VariableName } from '../../src/config/variables.js';
import { ConfigProblems } from '../../src/config/problem.js';
import { createSecrets } from '../../src/config/secrets.js';
import { readTimeZones } from '../../src/config/time-zones.js';

const names = Object.keys(variables) as VariableName[];
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file)).map((file) => ({ file, text: readFileSync(`src/${file}`, 'utf8') }));

describe('.env.example', () => {
  /** Each variable with the comment above it. */
  const listed = readFileSync('.env.example', 'utf8').split('\n\n').flatMap((block) => {
    const lines = block.trim().split('\n');
    const last = /^(# )?([A-Z][A-Z0-9_]*)=(.*)$/.exec(lines.at(-1)!);
    return last ? [{ name: last[2]!, meaning: lines.slice(0, -1).map((line) => line.replace(/^# /, '')).join(' '), default: last[3]!, commented: last[1] !== undefined }] : [];
  });

  test('lists every variable that the code knows, once, and no other', () => { expect(listed.map(({ name }) => name).toSorted()).toEqual(names.toSorted()); });

  test.each(names)('says what %s means and what it is when unset', (name) => {
    const { meaning, default: value } = variables[name];
    expect(listed.find((each) => each.name === name)).toEqual({ name, meaning, default: value, commented: value === '' });
  });

  test('used as it is changes nothing', () => {
    const env = Object.fromEntries(listed.filter(({ commented }) => !commented).map((each) => [each.name, each.default]));
    expect(readEnvironment(env)).toEqual(readEnvironment({}));
  });
});

describe('the code', () => {
  const read = sources.flatMap(({ file, text }) => [...text.matchAll(/process\.env(?:\.([A-Za-z_]\w*)|\[['"]([^'"]+)['"]\])/g)].map((match) => ({ file, name: match[1] ?? match[2]! })));

  test('reads no variable that the list does not know', () => { expect(read.filter(({ name }) => !names.includes(name as VariableName))).toEqual([]); });

  test('hands the whole environment to nobody but its reader and the keeper of secrets, at the start, in the doctor and before an import', () => {
    expect(sources.filter(({ text }) => /process\.env(?![.[\w])/.test(text)).map(({ file }) => file).toSorted()).toEqual(['cli/doctor.ts', 'import-journal.ts', 'main.ts']);
  });

  test('reads every variable of the list', () => {
    const reader = ['environment', 'chat-settings', 'watch-settings', 'mail-settings', 'webhook-settings'].map((name) => readFileSync(`src/config/${name}.ts`, 'utf8')).join('');
    const unread = names.filter((name) => !read.some((each) => each.name === name) && !new RegExp(`(?:value|url|pairs|targets)\\('${name}'`).test(reader));
    expect(unread).toEqual([]);
  });
});

test('without any variable the demo estate starts on loopback, with everything that needs an account left out', () => {
  expect(readEnvironment({})).toEqual({
    port: 3000, host: '127.0.0.1', publicUrl: null, trustedProxies: [], varDirectory: resolve('var'), estateFile: resolve('estates/demo.yaml'), runbooksFolder: null, templatesFolder: null, databaseUrl: null, worldSocket: null, journalKeepDays: null, logLevel: 'info', slack: null, teams: null, openId: null, mail: null, sms: null, webhook: null, snmp: null, watch: { heartbeatUrl: null, heartbeatTo: [], canaryTo: [], canaryEveryMinutes: 60 }, secretValues: [],
  });
});

function problemsWith(env: Record<string, string>): ConfigProblems {
  try {
    readEnvironment(env);
  } catch (error) {
    if (error instanceof ConfigProblems) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test.each<[string, Record<string, string>, VariableName | string, string, string]>([
  ['a port that is no number', { PORT: 'http' }, 'PORT', "'http' is not a port.", '0 to 65535'],
  ['a port beyond the last', { PORT: '65536' }, 'PORT', 'is not a port', '0 to 65535'],
  ['half a port', { PORT: '80.5' }, 'PORT', 'is not a port', '0 to 65535'],
  ['a proxy that is a name', { TRUSTED_PROXIES: '127.0.0.1, proxy.example' }, 'TRUSTED_PROXIES', "'proxy.example' is neither an address nor a network.", '10.1.0.0/16'],
  ['a network of everybody', { TRUSTED_PROXIES: '0.0.0.0/0' }, 'TRUSTED_PROXIES', 'neither an address nor a network', '127.0.0.1'],
  ['a network with too many bits', { TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES', 'neither an address nor a network', '127.0.0.1'],
  ['half a day', { LIFEBOAT_JOURNAL_KEEP_DAYS: '0.5' }, 'LIFEBOAT_JOURNAL_KEEP_DAYS', 'not a number of days', 'unset it to keep all'],
  ['a level that is none', { LOG_LEVEL: 'loud' }, 'LOG_LEVEL', "'loud' is not a level.", 'debug, info, warn or error'],
  ['the network without an address', { HOST: '0.0.0.0' }, 'PUBLIC_URL', 'HOST=0.0.0.0 opens the console to the network', 'PUBLIC_URL=https://'],
  ['an address that is none', { PUBLIC_URL: 'lifeboat.example' }, 'PUBLIC_URL', 'not an address with http or https', 'such as https://lifeboat.example'],
  ['a database of another kind', { DATABASE_URL: 'mysql://h/d' }, 'DATABASE_URL', 'not an address with postgres or postgresql', 'postgresql://USER'],
  ['a mail server without its scheme', { SMTP_URL: 'mail.example:587' }, 'SMTP_URL', 'not an address with smtp or smtps', 'smtp://USER'],
  ['a name server by its name', { SMTP_URL: 'smtp://h', MAIL_IMAP_URL: 'imaps://u:p@h/INBOX', MAIL_DNS_SERVERS: '127.0.0.1:5353, ns.example' }, 'MAIL_DNS_SERVERS', "'ns.example' is not the address of a name server.", '127.0.0.1:5353 or [::1]:5353'],
  ['a name server at no port', { SMTP_URL: 'smtp://h', MAIL_IMAP_URL: 'imaps://u:p@h/INBOX', MAIL_DNS_SERVERS: '127.0.0.1:65536' }, 'MAIL_DNS_SERVERS', 'not the address of a name server', 'commas between them'],
  ['name servers without a mailbox', { SMTP_URL: 'smtp://h', MAIL_DNS_SERVERS: '127.0.0.1' }, 'MAIL_IMAP_URL', 'of no use without it', 'unset MAIL_DNS_SERVERS'],
  ['Slack over HTTP without its secret', { SLACK_BOT_TOKEN: 'xoxb-1' }, 'SLACK_SIGNING_SECRET', 'forged', 'SLACK_APP_TOKEN for Socket Mode'],
  ['Slack in several workspaces without the client\'s secret', { SLACK_CLIENT_ID: '1.2', SLACK_SIGNING_SECRET: 's', PUBLIC_URL: 'https://lifeboat.example' }, 'SLACK_CLIENT_SECRET', 'installs nothing', 'App Credentials'],
  ['Slack in several workspaces without an address', { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'c', SLACK_SIGNING_SECRET: 's' }, 'PUBLIC_URL', 'where to send the browser', '/slack/oauth_redirect'],
  ['a channel in a workspace by its name', { SLACK_CHANNEL_WORKSPACES: 'cluster01:acme' }, 'SLACK_CHANNEL_WORKSPACES', 'no pair', 'cluster01:T0123ABCD'],
  ['a user group by its name', { SLACK_USER_GROUPS: 'cluster01:@dr' }, 'SLACK_USER_GROUPS', 'no pair', 'cluster01:S0123ABCD'],
  ['a token that can be guessed', { SMS_URL: 'http://u:p@h/', SMS_INBOUND_TOKEN: 'short' }, 'SMS_INBOUND_TOKEN', 'too short', 'openssl rand'],
  ['a token for replies without a gateway', { SMS_INBOUND_TOKEN: 'a-token-of-the-gateway' }, 'SMS_URL', 'of no use', 'both, or neither'],
  ['a misspelt name', { LIFEBOAT_ESTATES: 'x' }, 'LIFEBOAT_ESTATES', 'Did you mean LIFEBOAT_ESTATE', '.env.example lists them all'],
])('%s is refused with its name and what to do', (_title, env, at, what, remedy) => {
  expect(problemsWith(env).problems).toEqual([{ file: 'environment', line: null, at, what: expect.stringContaining(what), remedy: expect.stringContaining(remedy) }]);
});

test('all problems are told at once', () => { expect(problemsWith({ PORT: 'x', LOG_LEVEL: 'y', HOST: '0.0.0.0' }).problems.map(({ at }) => at)).toEqual(['PORT', 'LOG_LEVEL', 'PUBLIC_URL']); });

test('an issuer of sign-ins needs a client, its secret and PUBLIC_URL, and TLS unless it is on this machine', () => {
  expect(problemsWith({ OIDC_ISSUER: 'https://login.example' }).problems.map(({ at }) => at)).toEqual(['OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'PUBLIC_URL']);
  const whole = { OIDC_CLIENT_ID: 'lifeboat', OIDC_CLIENT_SECRET: 'a-secret', PUBLIC_URL: 'https://lifeboat.example' };
  expect(problemsWith({ ...whole, OIDC_ISSUER: 'http://login.example' }).problems.map(({ at }) => at)).toEqual(['OIDC_ISSUER']);
  expect(readEnvironment({ ...whole, OIDC_ISSUER: 'http://127.0.0.1:9000' }).openId).toEqual({ issuer: 'http://127.0.0.1:9000', clientId: 'lifeboat', clientSecret: 'a-secret', claim: 'sub' });
});

test('name servers for the keys of senders are addresses, of both kinds, with a port or without; unset, those of the machine are asked', () => {
  const mail = { SMTP_URL: 'smtp://h', MAIL_IMAP_URL: 'imaps://u:p@h/INBOX' };
  expect(readEnvironment({ ...mail, MAIL_DNS_SERVERS: '10.1.0.53, 127.0.0.1:5353,[::1]:5353,::1,[2001:db8::53]' }).mail?.dnsServers).toEqual(['10.1.0.53', '127.0.0.1:5353', '[::1]:5353', '::1', '[2001:db8::53]']);
  expect(readEnvironment(mail).mail?.dnsServers).toEqual([]);
  for (const wrong of ['10.1.0.53:0', '[10.1.0.53]', '10.1.0', '::1:', 'localhost', 'udp://10.1.0.53', '10.1.0.53 10.1.0.54']) expect([wrong, problemsWith({ ...mail, MAIL_DNS_SERVERS: wrong }).problems.map(({ at }) => at)]).toEqual([wrong, ['MAIL_DNS_SERVERS']]);
});

test('people text back where the gateway brings it here', () => {
  const answers = (env: Record<string, string>) => takesTexts(readEnvironment(env).sms);
  expect([answers({}), answers({ SMS_URL: 'http://u:p@h/', SMS_INBOUND_TOKEN: 'a-token-of-the-gateway' }), answers({ SMS_URL: 'json+https://:a-secret-of-the-gateway@h/' })]).toEqual([true, true, true]);
  expect([answers({ SMS_URL: 'http://u:p@h/' }), answers({ SMS_URL: 'mailto:NUMBER@sms.carrier.example', SMTP_URL: 'smtp://h' })]).toEqual([false, false]);
});

test('Slack needs a bot token, or a client with which it is installed', () => {
  const client = { SLACK_CLIENT_ID: '1.2', SLACK_CLIENT_SECRET: 'c', SLACK_SIGNING_SECRET: 's', PUBLIC_URL: 'https://lifeboat.example' };
  expect(readEnvironment({ ...client, SLACK_CHANNEL_WORKSPACES: 'cluster01:T1, cluster02:T2', SLACK_USER_GROUPS: 'cluster01:S1' }).slack).toEqual({ botToken: null, signingSecret: 's', appToken: null, apiUrl: null, client: { id: '1.2', secret: 'c' }, workspaceOf: new Map([['cluster01', 'T1'], ['cluster02', 'T2']]), userGroups: new Map([['cluster01', 'S1']]) });
  expect(readEnvironment({ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }).slack).toMatchObject({ botToken: 'xoxb-1', client: null });
});

describe('Teams', () => {
  const whole = { TEAMS_APP_ID: 'app-1', TEAMS_APP_PASSWORD: 'a-secret', TEAMS_TENANT_ID: 'tenant-1' };

  test('needs app, secret and tenant together; the rest is Microsoft\'s public cloud', () => {
    expect(problemsWith({ TEAMS_APP_ID: 'app-1' }).problems.map(({ at }) => at)).toEqual(['TEAMS_APP_PASSWORD', 'TEAMS_TENANT_ID']);
    expect(readEnvironment(whole).teams).toEqual({
      appId: 'app-1', appPassword: 'a-secret', tenantId: 'tenant-1', tokenIssuer: 'https://api.botframework.com', openIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration', loginUrl: 'https://login.microsoftonline.com',
      serviceHosts: ['smba.trafficmanager.net', '*.botframework.com', 'smba.infra.gcc.teams.microsoft.com'],
    });
  });
  test('keeps loopback out unless it is named', () => {
    expect(readEnvironment({ ...whole, TEAMS_SERVICE_HOSTS: ' 127.0.0.1:3979, *.example.com ' }).teams?.serviceHosts).toEqual(['127.0.0.1:3979', '*.example.com']);
    for (const hosts of ['*', '*.', 'https://smba.trafficmanager.net', 'com']) expect(problemsWith({ ...whole, TEAMS_SERVICE_HOSTS: hosts }).problems.map(({ at }) => at)).toEqual(['TEAMS_SERVICE_HOSTS']);
  });
  test('takes keys, tokens and issuer over TLS only, unless they are on this machine', () => {
    for (const name of ['TEAMS_OPENID_METADATA_URL', 'TEAMS_LOGIN_URL', 'TEAMS_TOKEN_ISSUER']) {
      expect(problemsWith({ ...whole, [name]: 'http://login.example' }).problems.map(({ at }) => at)).toEqual([name]);
      expect(readEnvironment({ ...whole, [name]: 'http://127.0.0.1:9000' }).teams).not.toBeNull();
    }
  });
  test('refuses ids that would change an address', () => { expect(problemsWith({ ...whole, TEAMS_TENANT_ID: '../x' }).problems.map(({ at }) => at)).toEqual(['TEAMS_TENANT_ID']); });
});

describe('secrets', () => {
  const secret = 'hunter2-very-secret';
  const broken: Record<string, string> = { DATABASE_URL: `mysql://user:${secret}@host/db`, SMTP_URL: `http://user:${secret}@host`, SLACK_BOT_TOKEN: `xoxb-${secret}`, LIFEBOAT_TOKEN: secret, PORT: 'x' };

  test('are in no message, however wrong their variables are', () => {
    const problems = problemsWith(broken);
    expect(problems.problems.length).toBeGreaterThan(2);
    expect(`${problems.message} ${JSON.stringify(problems.problems)}`).not.toContain(secret);
  });

  test('are known to the keeper with the passwords inside addresses, encoded or not', () => {
    const { secretValues } = readEnvironment({ DATABASE_URL: 'postgres://u:p%40ssword@h/d', SMTP_URL: 'smtp://u:100%sure@h', SLACK_BOT_TOKEN: 'xoxb-token', SLACK_APP_TOKEN: 'xapp-token' });
    const { redact } = createSecrets(secretValues, {});
    for (const text of ['p@ssword', 'p%40ssword', '100%sure', 'xoxb-token', 'xapp-token', 'postgres://u:p%40ssword@h/d']) expect(redact(`it says ${text}.`)).not.toContain(text);
  });

  test('every variable that may hold one is marked', () => {
    expect(names.filter((name) => variables[name].secret).toSorted()).toEqual(['DATABASE_URL', 'HEARTBEAT_URL', 'LIFEBOAT_TOKEN', 'MAIL_IMAP_URL', 'NOTIFY_WEBHOOK_SECRET', 'NOTIFY_WEBHOOK_URL', 'OIDC_CLIENT_SECRET', 'SLACK_APP_TOKEN', 'SLACK_BOT_TOKEN', 'SLACK_CLIENT_SECRET', 'SLACK_SIGNING_SECRET', 'SMS_INBOUND_TOKEN', 'SMS_URL', 'SMTP_URL', 'TEAMS_APP_PASSWORD']);
  });
});

test('time zones are read with their distance from UTC', () => { expect([...readTimeZones(' cst=+08:00, IST=+0530,BRT=-03:00 ')]).toEqual([['CST', 480], ['IST', 330], ['BRT', -180]]); });
test.each(['CST', 'CST=China', 'CST=8', 'CST=+25:00', 'CST=+08:75'])('the time zone %s is refused', (text) => { expect(() => readTimeZones(text)).toThrow('Write KSYS_TIME_ZONES='); });
