import { variables, type VariableName } from './variables.js';

/** What reads one variable and notes what is wrong with it. */
export interface VariableReader {
  readonly value: (name: VariableName) => string;
  readonly wrong: (name: VariableName, what: string, remedy: string) => void;
  /** null: unset. What is no address with one of the schemes is noted. */
  readonly url: (name: VariableName, schemes: readonly string[]) => string | null;
}

/** `botToken` or `client`, or both. `workspaceOf`: channel to workspace. `userGroups`: tenant to user group. */
export interface SlackSettings { readonly botToken: string | null; readonly signingSecret: string; readonly appToken: string | null; readonly apiUrl: string | null; readonly client: { readonly id: string; readonly secret: string } | null; readonly workspaceOf: ReadonlyMap<string, string>; readonly userGroups: ReadonlyMap<string, string> }
export interface TeamsSettings { readonly appId: string; readonly appPassword: string; readonly tenantId: string; readonly tokenIssuer: string; readonly openIdMetadataUrl: string; readonly loginUrl: string; readonly serviceHosts: readonly string[] }
/** The scheme of `url` says which gateway. `inboundToken` null: Kannel hands in nothing. */
export interface SmsSettings { readonly kind: 'kannel' | 'twilio' | 'json' | 'mail'; readonly url: string; readonly from: string | null; readonly inboundToken: string | null }

/** Whether what people text back reaches Lifeboat: a carrier that turns mail into texts brings nothing back, and Kannel hands in nothing without a token. */
export const takesTexts = (sms: SmsSettings | null): boolean => sms === null || (sms.kind === 'kannel' ? sms.inboundToken !== null : sms.kind !== 'mail');

export const loopbackNames: readonly string[] = ['127.0.0.1', 'localhost', '::1', '[::1]'];
const orNull = (text: string): string | null => (text === '' ? null : text);

export function readSlack({ value, wrong, url }: VariableReader): SlackSettings | null {
  const [token, appToken, clientId] = [value('SLACK_BOT_TOKEN'), value('SLACK_APP_TOKEN'), value('SLACK_CLIENT_ID')];
  if (clientId !== '' && value('SLACK_CLIENT_SECRET') === '') wrong('SLACK_CLIENT_SECRET', 'It is missing, and SLACK_CLIENT_ID installs nothing without it.', 'Set it (Basic Information, App Credentials), or unset SLACK_CLIENT_ID.');
  if (clientId !== '' && value('PUBLIC_URL') === '') wrong('PUBLIC_URL', 'It is missing, and Slack would not know where to send the browser after an installation.', 'Set it: https://... with TLS in front. The redirect URL of the Slack app is PUBLIC_URL/slack/oauth_redirect.');
  const pairs = (name: VariableName, form: RegExp, example: string): ReadonlyMap<string, string> => {
    const read = value(name).split(',').map((each) => each.trim()).filter((each) => each !== '').map((each) => each.split(':').map((part) => part.trim()));
    for (const pair of read) if (pair.length !== 2 || pair[0] === '' || !form.test(pair[1]!)) wrong(name, 'A part of it is no pair of a name and an id of Slack.', `Write NAME:ID with commas between them, such as ${example}.`);
    return new Map(read.map(([key = '', id = '']) => [key, id]));
  };
  const workspaceOf = pairs('SLACK_CHANNEL_WORKSPACES', /^[TE][A-Z0-9]{1,20}$/, 'cluster01:T0123ABCD');
  const userGroups = pairs('SLACK_USER_GROUPS', /^S[A-Z0-9]{1,20}$/, 'cluster01:S0123ABCD');
  if ((token !== '' || clientId !== '') && appToken === '' && value('SLACK_SIGNING_SECRET') === '') wrong('SLACK_SIGNING_SECRET', 'It is missing, so requests from Slack could not be told from forged ones.', 'Set it (Basic Information, App Credentials), or set SLACK_APP_TOKEN for Socket Mode.');
  const apiUrl = url('SLACK_API_URL', ['http', 'https']);
  if (token === '' && clientId === '') return null;
  return { botToken: orNull(token), signingSecret: value('SLACK_SIGNING_SECRET'), appToken: orNull(appToken), apiUrl, client: clientId === '' ? null : { id: clientId, secret: value('SLACK_CLIENT_SECRET') }, workspaceOf, userGroups };
}

/** All three or none; an address without TLS would let anybody on the way speak for anybody. */
export function readTeams({ value, wrong, url }: VariableReader): TeamsSettings | null {
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

const smsKinds: Readonly<Record<string, SmsSettings['kind']>> = { 'http:': 'kannel', 'https:': 'kannel', 'twilio:': 'twilio', 'json+http:': 'json', 'json+https:': 'json', 'mailto:': 'mail' };

/** One variable, whose scheme chooses among four gateways. */
export function readSms({ value, wrong, url }: VariableReader): SmsSettings | null {
  const gateway = url('SMS_URL', Object.keys(smsKinds).map((scheme) => scheme.slice(0, -1)));
  const token = value('SMS_INBOUND_TOKEN');
  if (token !== '' && (token.length < 16 || !/^[\w.~-]+$/.test(token))) wrong('SMS_INBOUND_TOKEN', 'It is too short to be a secret, or has signs that an address cannot hold.', 'Take 16 or more letters, digits, "-", "_", "." or "~", at random: openssl rand -hex 16');
  if (token !== '' && gateway === null) wrong('SMS_URL', 'It is missing, and SMS_INBOUND_TOKEN is of no use without it.', 'Set both, or neither.');
  const kind = gateway !== null && URL.canParse(gateway) ? smsKinds[new URL(gateway).protocol] : undefined;
  if (gateway === null || kind === undefined) return null;
  const { username, password, hostname, protocol, pathname } = new URL(gateway);
  if (kind === 'twilio') {
    if (!/^AC[0-9a-f]{32}$/.test(username) || password === '' || hostname === '') wrong('SMS_URL', 'An address of Twilio has the account and its token in it.', 'Write twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com, both from the console of Twilio.');
    if (value('SMS_FROM') === '') wrong('SMS_FROM', 'It is missing, and Twilio sends nothing without a sender.', 'Set a number of the account, such as +15551234567, or a messaging service, MG...');
  }
  if (kind === 'json' && password.length < 16) wrong('SMS_URL', 'The address has no secret of 16 signs or more, so neither side could tell the other from a stranger.', 'Write json+https://:SECRET@HOST/PATH: openssl rand -hex 16');
  if (kind === 'json' && protocol === 'json+http:' && !loopbackNames.includes(hostname)) wrong('SMS_URL', 'Without TLS anybody on the way could read the codes of the messages.', 'Write json+https://, or let the gateway run on this machine.');
  if (kind === 'mail') {
    if (!/^NUMBER@[\w.-]+$/.test(pathname)) wrong('SMS_URL', 'The address does not say where the number of the phone stands.', 'Write mailto:NUMBER@sms.carrier.example; NUMBER becomes the digits of the phone.');
    if (value('SMTP_URL') === '') wrong('SMTP_URL', 'It is missing, and a carrier that takes mail needs it.', 'Set SMTP_URL, or another SMS_URL.');
  }
  return { kind, url: gateway, from: orNull(value('SMS_FROM')), inboundToken: orNull(token) };
}
