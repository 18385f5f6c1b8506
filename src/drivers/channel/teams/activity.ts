import { z } from 'zod';

/** Longer than anything that Teams sends us; a body is small, since files come as links. */
export const bodyMaxBytes = 256 * 1024;

const short = z.string().min(1).max(512);
/** Directory ids. Their form is Microsoft's; what counts is that ours are equal to what we were told. */
const directoryId = z.string().regex(/^[0-9A-Za-z-]{1,64}$/);
const account = z.object({ id: short, name: z.string().max(512).optional(), aadObjectId: directoryId.optional() });

const pressed = z.object({ id: z.string().max(200).optional(), of: z.string().min(1).max(500).optional() });

/** What Teams tells a bot without expecting anything. It is acknowledged. */
const unanswered = ['messageReaction', 'messageUpdate', 'messageDelete', 'typing', 'event', 'endOfConversation'] as const;

/** What botbuilder gets to see: only fields that Lifeboat reads, each of a known form and length. Teams adds fields as it likes; those are dropped. */
export const Activity = z.object({
  type: z.enum(['message', 'invoke', 'conversationUpdate', 'installationUpdate', ...unanswered]),
  id: short,
  timestamp: z.iso.datetime({ offset: true }).optional(),
  channelId: z.literal('msteams'),
  serviceUrl: z.url().max(300),
  from: account,
  recipient: account,
  conversation: z.object({ id: short, conversationType: z.enum(['personal', 'groupChat', 'channel']), tenantId: directoryId.optional() }),
  channelData: z.object({ tenant: z.object({ id: directoryId }).optional() }).optional(),
  text: z.string().max(28_000).optional(),
  entities: z.array(z.object({ type: z.string().max(100), text: z.string().max(600).optional(), mentioned: z.object({ id: short }).optional() })).max(100).optional(),
  name: z.string().max(100).optional(),
  value: z.union([
    z.object({ action: z.object({ verb: z.string().max(50).optional(), data: pressed.optional() }) }),
    pressed,
  ]).optional().catch(undefined),
  membersAdded: z.array(account).max(5000).optional(),
  membersRemoved: z.array(account).max(5000).optional(),
  action: z.string().max(50).optional(),
  /** The message that was pressed or looked at. */
  replyToId: short.optional().catch(undefined),
});
export type Activity = z.infer<typeof Activity>;

/** A channel's thread and its messages share the channel: `19:x@thread.tacv2;messageid=1` belongs to `19:x@thread.tacv2`. */
export const conversationOf = (id: string): string => id.split(';messageid=')[0]!;

/** Who speaks: the directory's own id of the person, in the directory. null: a bot, or somebody without an account. */
export const identityOf = ({ from }: Activity, tenant: string): string | null => (from.aadObjectId ? `${tenant}/${from.aadObjectId}` : null);

/** Activities name the directory in one place or two; where none does, nobody knows whose they are. */
export function isOutsider({ conversation, channelData }: Activity, tenant: string): boolean {
  const named = [conversation.tenantId, channelData?.tenant?.id].filter((each) => each !== undefined);
  return named.length === 0 || named.some((each) => each !== tenant);
}

const entities: Record<string, string> = { '&nbsp;': ' ', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };

/** What was typed, without the mention of Lifeboat and without the marks that Teams puts around names. */
export function typedText({ text = '', entities: marks = [], recipient }: Activity): string {
  const own = marks.filter((mark) => mark.type === 'mention' && mark.mentioned?.id === recipient.id && mark.text).map((mark) => mark.text!);
  return own.reduce((rest, mark) => rest.replace(mark, ' '), text).replace(/<\/?(?:at|p|div|span|br)\b[^>]*>/gi, ' ').replace(/&(?:nbsp|lt|gt|quot|#39|amp);/g, (entity) => entities[entity]!).replace(/[\u00A0\s]+/g, ' ').trim();
}

/** The opaque id of a pressed button: by Action.Execute, or by its older fallback. */
export const pressedId = ({ value }: Activity): string | undefined => (value === undefined ? undefined : 'action' in value ? value.action.data?.id : value.id);
/** Our key of the message in which it stands. */
export const pressedKey = ({ value }: Activity): string | undefined => (value === undefined ? undefined : 'action' in value ? value.action.data?.of : value.of);
export const pressedVerb = ({ value }: Activity): string | undefined => (value !== undefined && 'action' in value ? value.action.verb : undefined);
