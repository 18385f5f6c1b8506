import fc from 'fast-check';

/** One request to a handler, not yet signed. */
export interface Payload { readonly path: string; readonly method: 'GET' | 'POST'; readonly body: string; readonly type: string; readonly headers: Readonly<Record<string, string>>; /** How it is signed as Slack's. */ readonly signature?: 'good' | 'none' | 'wrong' | 'old' | 'future'; /** With a token as Teams sends it. */ readonly token?: true }

/** Who sends: somebody whom nobody knows, and a viewer of another tenant, who is linked and may decide nothing here. */
export interface Senders { readonly stranger: string; readonly viewer: string; /** Ids of buttons that are really there, on a run that neither may decide. */ readonly buttons: readonly string[]; readonly run: string; /** Of a service that the tokens are for. */ readonly serviceUrl: string; readonly teamsTenant: string; readonly smsToken: string }

const form = 'application/x-www-form-urlencoded';
const json = 'application/json';

/** Text as attackers and broken clients send it: any signs, markup of every surface, formats, overrides of the writing direction, names of the estate, very long. */
const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom('<!channel>', '<@U1|x>', '*bold*', '{{#each this}}{{{secret}}}{{/each}}', '{{constructor.constructor "return process"}}', '<script>alert(1)</script>', '__proto__', 'constructor', '\u202Eevom', '\u0000', '\uD800', 'R-1\u200B', "'; drop table lifeboat.journal; --", '../../etc/passwd', '%00', '${jndi:ldap://x}', '-1', '1e999', 'NaN', ''),
  fc.nat({ max: 5000 }).map((length) => 'x'.repeat(length)),
);
const words = fc.constantFrom('help', 'query', 'approve', 'reject', 'hold', 'resume', 'cancel', 'move', 'verify', 'discover', 'restart', 'cleanup', 'resync', 'recover', 'run', 'add', 'modify', 'delete', 'inject', 'revert', 'stop', 'start', 'delegate', 'authorise', 'confirm', 'retry', 'skip', 'acknowledge', 'why', 'report', 'site', 'vm', 'host', 'host_group', 'automation', 'estate', 'snapshot', 'R-1', 'R-99', 'I-1', 'S-1', 'customerA', 'service_provider', 'payroll', 'from=customerA', 'to=service_provider', 'dr_type=unplanned', 'dr_type=planned', 'reason="x"', 'reason="', 'attest=pbrazos', 'force=yes', 'waiver=x', '--', '-v', '=', '"');
/** Commands as they should be, which this sender may not give. */
const forbidden = fc.constantFrom('move site from=customerB to=service_provider dr_type=planned', 'move site from=customerA to=service_provider', 'verify site customerB', 'discover site customerB', 'cleanup site customerB', 'add host_group HG_X hosts=raichu', 'modify system notification_level=low tenant=cluster02', 'inject host raichu', 'restart vm crm');
/** Anyone who is linked may stop automation, so nobody here says that. */
const typed = fc.oneof({ weight: 1, arbitrary: forbidden }, { weight: 3, arbitrary: fc.array(fc.oneof({ weight: 5, arbitrary: words }, { weight: 1, arbitrary: nasty }), { maxLength: 8 }).map((parts) => parts.join(' ')) }, { weight: 1, arbitrary: nasty }).filter((text) => !/\bstop\s+automation/i.test(text));

/** Any JSON value, now and then a deep or a wide one. */
const anyJson = fc.oneof(fc.jsonValue({ maxDepth: 4 }), fc.nat({ max: 400 }).map((depth) => Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1)), fc.dictionary(nasty, nasty, { maxKeys: 20 }));
/** A value as it ought to be, with some of its places replaced, left out or added to. */
function broken(value: unknown): fc.Arbitrary<unknown> {
  if (value === null || typeof value !== 'object') return fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: nasty }, { weight: 1, arbitrary: anyJson });
  if (Array.isArray(value)) return fc.oneof({ weight: 6, arbitrary: fc.tuple(...value.map(broken)) }, { weight: 1, arbitrary: anyJson });
  const entries = Object.entries(value).map(([key, each]) => fc.oneof({ weight: 8, arbitrary: broken(each).map((one): readonly (readonly [string, unknown])[] => [[key, one]]) }, { weight: 1, arbitrary: fc.constant([]) }));
  return fc.tuple(fc.tuple(...entries), fc.option(fc.tuple(nasty, anyJson), { freq: 5 })).map(([kept, more]) => Object.fromEntries([...kept.flat(), ...(more ? [more] : [])]));
}
const asForm = (fields: unknown): string => (typeof fields === 'object' && fields !== null ? new URLSearchParams(Object.entries(fields).map(([key, value]): [string, string] => [key, typeof value === 'string' ? value : JSON.stringify(value) ?? ''])).toString() : String(fields));

const post = (path: string, type: string, body: fc.Arbitrary<string>, headers: Readonly<Record<string, string>> = {}): fc.Arbitrary<Payload> => body.map((text): Payload => ({ path, method: 'POST', type, body: text, headers }));
const signedAs = (signature: Payload['signature'], payload: fc.Arbitrary<Payload>): fc.Arbitrary<Payload> => payload.map((each) => ({ ...each, ...(signature === undefined ? {} : { signature }) }));
let sent = 0;
const unique = fc.constant(null).map(() => `fuzz.${sent++}`);

const slackUser = (who: string, team = 'T000000001') => ({ id: who, username: 'x', name: 'x', team_id: team });
const slackPath = '/slack/events';

/** Every way in, by name; each makes payloads that must do nothing. */
export function payloads({ stranger, viewer, buttons, run, serviceUrl, teamsTenant, smsToken }: Senders): { readonly [handler: string]: fc.Arbitrary<Payload> } {
  const who = fc.constantFrom(stranger, viewer);
  const command = fc.tuple(who, typed, unique).chain(([user, text, trigger]) => broken({ command: '/dr', user_name: 'x', team_id: 'T000000001', channel_id: 'C1', channel_name: 'x', is_enterprise_install: 'false', response_url: 'http://127.0.0.1:9/' }).map((fields) => ({ ...(fields as object), text, user_id: user, trigger_id: trigger })));
  const action = fc.tuple(who, fc.oneof(fc.constantFrom(...buttons), nasty), unique).chain(([user, value, trigger]) => broken({ type: 'block_actions', team: { id: 'T000000001', domain: 'x' }, channel: { id: 'C1', name: 'x' }, container: { type: 'message' }, response_url: 'http://127.0.0.1:9/', actions: [{ type: 'button', action_id: 'lifeboat:approve', block_id: 'b', value, action_ts: '1.1', text: { type: 'plain_text', text: 'x' } }] }).map((fields) => ({ ...(fields as object), user: slackUser(user), trigger_id: trigger })));
  const view = fc.tuple(who, unique, typed).chain(([user, trigger, text]) => broken({ type: 'view_submission', team: { id: 'T000000001' }, view: { id: 'V1', type: 'modal', callback_id: 'lifeboat:form', hash: 'h', private_metadata: text, state: { values: { from: { from: { type: 'static_select', selected_option: { value: 'customerA' } } }, reason: { reason: { type: 'plain_text_input', value: text } } } } } }).map((fields) => ({ ...(fields as object), user: slackUser(user), trigger_id: trigger })));
  const shortcut = fc.tuple(who, unique).chain(([user, trigger]) => broken({ type: 'shortcut', callback_id: 'lifeboat:move', team: { id: 'T000000001' }, action_ts: '1.1' }).map((fields) => ({ ...(fields as object), user: slackUser(user), trigger_id: trigger })));
  const event = fc.tuple(who, typed, unique).chain(([user, text, id]) => broken({ type: 'event_callback', team_id: 'T000000001', api_app_id: 'A1', event_time: 1 }).map((fields) => ({ ...(fields as object), event_id: id, event: { type: 'app_mention', user, text, ts: '1.1', channel: 'C1', team: 'T000000001' } })));
  // What an approver of this tenant would send, but not as Slack signs it.
  const forged = fc.tuple(fc.constantFrom('none', 'wrong', 'old', 'future' as const), unique, fc.constantFrom(`approve ${run}`, `hold ${run}`, 'move site from=customerA to=service_provider dr_type=unplanned')).map(([signature, trigger, text]): Payload => ({ path: slackPath, method: 'POST', type: form, headers: {}, signature, body: asForm({ command: '/dr', text, user_id: 'UANA', user_name: 'ana', team_id: 'T000000001', channel_id: 'C1', trigger_id: trigger, response_url: 'http://127.0.0.1:9/' }) }));

  const apiPaths = ['/api/say', '/api/press', '/api/command', '/api/estate', '/api/events', '/api/journal/erase', '/api/people/offboard', '/api/people/forget-passkeys', '/api/faults/inject', '/api/tokens', '/api/tokens/revoke', '/api/login', '/api/session/login', '/api/session/code', '/api/session/send-code', '/api/session/passkeys/add', '/api/session/passkeys/prove', '/api/session/openid', '/api/runs', '/api/journal', '/api/runs/R-1', '/api/outbox/html', '/auth/callback', '/readyz', '/metrics', '/'];
  const credentials = fc.oneof(fc.constant({}), nasty.map((text) => ({ authorization: `Bearer ${text.replace(/[^\x21-\x7e]/g, 'x').slice(0, 200)}` })), nasty.map((text) => ({ cookie: `lifeboat=${text.replace(/[^\x21-\x7e]|[;,]/g, 'x').slice(0, 200)}` })));
  const api = fc.tuple(fc.constantFrom(...apiPaths), fc.constantFrom('GET' as const, 'POST' as const, 'POST' as const), fc.oneof(anyJson.map((value) => JSON.stringify(value)), broken({ line: `hold ${run}`, text: `hold ${run}`, id: 'x', code: 'ABCDEFGH', person: 'nobody', seq: 1 }).map((value) => JSON.stringify(value) ?? ''), nasty), fc.constantFrom(json, json, form, 'text/plain', 'application/octet-stream'), credentials)
    .map(([path, method, body, type, headers]): Payload => ({ path, method, type, headers, body: method === 'GET' ? '' : body }));

  const teamsPath = '/api/messages';
  const activity = (fields: object): fc.Arbitrary<unknown> => fc.tuple(who, unique, broken({ type: 'message', timestamp: new Date(0).toISOString(), channelId: 'msteams', serviceUrl, recipient: { id: '28:bot', name: 'Lifeboat' }, channelData: { tenant: { id: teamsTenant } }, locale: 'en-GB', ...fields }))
    .map(([user, id, kept]) => ({ ...(kept as object), id, timestamp: new Date().toISOString(), from: { id: `29:${user}`, name: 'x', aadObjectId: user }, conversation: { tenantId: teamsTenant, id: `a:${user}`, conversationType: 'personal' } }));
  const said = typed.chain((text) => activity({ text, textFormat: 'plain' }).map((each) => ({ ...(each as object), text })));
  const pressed = fc.oneof(fc.constantFrom(...buttons), nasty).chain((id) => activity({ type: 'invoke', name: 'adaptiveCard/action', replyToId: '1', value: { action: { type: 'Action.Execute', verb: 'press', data: { id } } } }));
  const withToken = (payload: fc.Arbitrary<Payload>): fc.Arbitrary<Payload> => payload.map((each) => ({ ...each, token: true as const }));
  const asTeams = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Payload> => withToken(post(teamsPath, json, value.map((each) => JSON.stringify(each))));
  const text = fc.tuple(fc.constantFrom('+15550001002', '+15550009999', 'x', ''), fc.oneof(typed, nasty, fc.constantFrom('7K2F A', '2222 H', 'STOP', 'A', 'H')), fc.constantFrom(smsToken, 'wrong-token-of-the-gateway', ''), fc.option(nasty)).map(([from, words, token, id]): Payload => ({ path: `/sms/kannel?${new URLSearchParams({ token, from, text: words.slice(0, 1_700), ...(id === null ? {} : { id }) }).toString()}`, method: 'GET', type: '', headers: {}, body: '' }));

  return {
    'teams message': asTeams(said),
    'teams press': asTeams(pressed),
    'teams, any body': withToken(fc.oneof(post(teamsPath, json, anyJson.map((value) => JSON.stringify(value))), post(teamsPath, json, nasty))),
    'teams, forged': post(teamsPath, json, activity({ text: `approve ${run}` }).map((each) => JSON.stringify({ ...(each as object), from: { id: '29:ana', name: 'Ana', aadObjectId: 'UANA' } }))),
    'text message': text,
    'slack command': signedAs('good', post(slackPath, form, command.map(asForm))),
    'slack button': signedAs('good', post(slackPath, form, action.map((value) => asForm({ payload: JSON.stringify(value) })))),
    'slack modal': signedAs('good', post(slackPath, form, view.map((value) => asForm({ payload: JSON.stringify(value) })))),
    'slack shortcut': signedAs('good', post(slackPath, form, shortcut.map((value) => asForm({ payload: JSON.stringify(value) })))),
    'slack event': signedAs('good', post(slackPath, json, event.map((value) => JSON.stringify(value)))),
    'slack, any body': signedAs('good', fc.oneof(post(slackPath, json, anyJson.map((value) => JSON.stringify(value))), post(slackPath, form, nasty), post(slackPath, form, anyJson.map((value) => asForm({ payload: JSON.stringify(value) }))))),
    'slack, forged': forged,
    'HTTP API': api,
  };
}
