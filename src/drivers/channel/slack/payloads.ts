import { parse as parseQuery } from 'node:querystring';
import { z } from 'zod';
import { actionPrefix } from './blocks.js';

/** Of the forms that Lifeboat makes. */
export const formCallback = 'lifeboat:form';

/**
 * What Slack sends, as far as it is read. Other fields are Slack's business and are dropped; those that are read must have the form that Slack documents,
 * or the whole payload is refused: nothing of it reaches a command.
 */
const id = z.string().regex(/^[A-Z0-9]{1,40}$/);
/** Absent, null and empty are the same: Slack uses each of them. */
const maybe = <T extends z.ZodType>(of: T) => z.union([z.literal(''), of]).nullish().transform((value) => (value === '' || value == null ? null : value as z.output<T>));
const trigger = z.string().min(1).max(200);
const name = z.string().max(200);
const address = z.string().max(2000);
const inside = z.object({ id });

const user = z.object({ id, team_id: maybe(id), name: maybe(name), username: maybe(name) });
/** `enterprise`: the organisation of the workspace in which it happened, which need not be that of the user. */
const interactive = { user, team: maybe(inside), enterprise: maybe(inside), trigger_id: trigger };

export const commandPayload = z.object({ command: z.literal('/dr'), text: z.string().max(12_000).default(''), user_id: id, user_name: maybe(name), team_id: maybe(id), enterprise_id: maybe(id), channel_id: id, channel_name: maybe(name), trigger_id: trigger, response_url: maybe(address) });

export const mentionPayload = z.object({
  event_id: z.string().min(1).max(100), team_id: maybe(id), enterprise_id: maybe(id),
  // A message of a workflow or another app names nobody.
  event: z.object({ user: maybe(id), text: z.string().max(12_000), channel: id, team: maybe(id), user_team: maybe(id), source_team: maybe(id), thread_ts: maybe(z.string().max(40)) }),
});

export const homePayload = z.object({ event_id: z.string().min(1).max(100), team_id: maybe(id), enterprise_id: maybe(id), event: z.object({ user: id, tab: z.string().max(40) }) });

const button = z.object({ action_id: z.string().max(255), value: z.string().max(2000).default('') });
export const actionPayload = z.object({ ...interactive, trigger_id: maybe(trigger), channel: maybe(inside), response_url: maybe(address), view: maybe(z.object({ type: z.string().max(20) })), message: maybe(z.object({ thread_ts: maybe(z.string().max(40)) })), actions: z.array(z.object({ ...button.shape, action_ts: z.string().max(40) })).length(1) });

export const shortcutPayload = z.object({ ...interactive, callback_id: z.string().max(255) });
export const messageShortcutPayload = z.object({ ...interactive, callback_id: z.string().max(255), channel: inside, response_url: maybe(address), message: z.object({ text: maybe(z.string().max(40_000)) }) });

/** One input as Slack holds its state: which of these is set depends on the kind of the element. */
const option = z.object({ value: z.string().max(200) });
const input = z.object({ selected_option: maybe(option), selected_options: z.array(option).max(100).nullish(), selected_date_time: z.number().int().min(0).max(99_999_999_999).nullish(), value: z.string().max(3000).nullish() });
export const submissionPayload = z.object({
  ...interactive,
  view: z.object({ id: z.string().max(40), callback_id: z.string().max(255), private_metadata: z.string().max(3000), state: z.object({ values: z.record(z.string().max(255), z.record(z.string().max(255), input)) }) }),
});
export type SubmissionPayload = z.infer<typeof submissionPayload>;

/** What somebody listens to, by the mark that tells it from the rest, and what it must look like then. */
const heard: readonly (readonly [mark: z.ZodType, whole: z.ZodType])[] = [
  [z.object({ ssl_check: z.literal('1') }), z.unknown()],
  [z.object({ type: z.literal('url_verification') }), z.object({ challenge: z.string().max(500) })],
  [z.object({ type: z.literal('event_callback'), event: z.object({ type: z.literal('app_mention') }) }), mentionPayload],
  [z.object({ type: z.literal('event_callback'), event: z.object({ type: z.literal('app_home_opened') }) }), homePayload],
  [z.object({ type: z.literal('event_callback'), event: z.object({ type: z.literal('message_metadata_posted') }) }), z.unknown()],
  [z.object({ type: z.literal('event_callback'), event: z.object({ type: z.enum(['app_uninstalled', 'tokens_revoked']) }) }), z.unknown()],
  [z.object({ type: z.literal('block_actions'), actions: z.array(z.object({ action_id: z.string().startsWith(actionPrefix) })).min(1) }), actionPayload],
  [z.object({ type: z.literal('shortcut'), callback_id: z.string().startsWith('lifeboat_') }), shortcutPayload],
  [z.object({ type: z.literal('message_action'), callback_id: z.string().startsWith('lifeboat_') }), messageShortcutPayload],
  [z.object({ type: z.literal('view_submission'), view: z.object({ callback_id: z.literal(formCallback) }) }), submissionPayload],
  [z.object({ command: z.literal('/dr') }), commandPayload],
];

/**
 * `heard`: Bolt is given it; it would keep anything that nobody listens to waiting for three seconds, and fails outright on what is not even an object.
 * `other`: Slack's, and nothing that Lifeboat listens to. `unreadable`: nothing that Slack would send.
 */
export function kindOfRequest(body: string, contentType: string | undefined): 'heard' | 'other' | 'unreadable' {
  try {
    const query = contentType?.startsWith('application/x-www-form-urlencoded') ? parseQuery(body) : null;
    const payload: unknown = query === null ? JSON.parse(body) : typeof query.payload === 'string' ? JSON.parse(query.payload) : { ...query };
    const ours = heard.find(([mark]) => mark.safeParse(payload).success);
    if (ours) return ours[1].safeParse(payload).success ? 'heard' : 'unreadable';
    return z.union([z.object({ type: z.string() }), z.object({ command: z.string() })]).safeParse(payload).success ? 'other' : 'unreadable';
  } catch {
    return 'unreadable';
  }
}
