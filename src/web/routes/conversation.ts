import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requireScope, type Acting, type Identity } from '../acting.js';
import type { WebDeps } from '../deps.js';
import type { Inbound } from '../../ports/channel.js';
import type { WebMessage } from '../../ports/web-conversation.js';
import { notFound, read } from '../problem.js';
import { seesConversation } from '../read-models/visible.js';
import { scopeOfLine } from '../scope-of-line.js';

const conversation = z.string().min(1).max(200);
/** Made by the page for each act: sent again after a lost reply, it is still one act. */
const deliveryId = z.string().regex(/^[\w-]{8,64}$/, 'must be 8 to 64 letters, digits or dashes');
export const Say = z.strictObject({ conversation, text: z.string().trim().min(1, 'type a command, for example: help').max(2_000, 'a command has at most 2000 characters'), deliveryId });
export const Press = z.strictObject({ conversation, button: z.string().min(1).max(255), deliveryId });
export const Which = z.strictObject({ conversation, thread: z.string().max(300).optional() });

export interface ConversationPage { readonly messages: readonly WebMessage[]; /** Key of a message -> how many replies its thread holds. */ readonly replies: { readonly [key: string]: number }; /** The newest change that the page shows. */ readonly asOf: number }

const shownMax = 100;
const threadMax = 500;

/** What is said: the console's side of the chat. Every command and click goes the same way as one from Slack. */
export function conversationRoutes(fastify: FastifyInstance, { deps, identity }: { deps: WebDeps; identity: Identity }): void {
  const mayRead = ({ person }: Acting, id: string): void => {
    if (!seesConversation(deps.live.current, person, id)) throw notFound(`The conversation ${id}`);
  };

  fastify.get('/api/messages', async (request): Promise<ConversationPage> => {
    const acting = await identity.ofConsole(request);
    const which = read(Which, request.query, 'query');
    mayRead(acting, which.conversation);
    const asOf = await deps.conversations.head();
    const [messages, replies] = await Promise.all([
      deps.conversations.list({ conversation: which.conversation, ...(which.thread === undefined ? { limit: shownMax } : { thread: which.thread, limit: threadMax }) }),
      deps.conversations.replies(which.conversation),
    ]);
    return { messages, replies: Object.fromEntries(replies), asOf };
  });

  fastify.post('/api/say', async (request) => {
    const acting = await identity.ofConsole(request);
    const said = read(Say, request.body, 'body');
    requireScope(acting.scope, scopeOfLine(said.text));
    mayRead(acting, said.conversation);
    return deps.inbound.command(inbound(acting, said), said.text);
  });

  fastify.post('/api/press', async (request) => {
    const acting = await identity.ofConsole(request);
    const pressed = read(Press, request.body, 'body');
    mayRead(acting, pressed.conversation);
    return deps.inbound.action(inbound(acting, pressed), pressed.button);
  });
}

const inbound = ({ person, steppedUp }: Acting, { conversation, deliveryId }: { readonly conversation: string; readonly deliveryId: string }): Inbound =>
  ({ surface: 'web', identity: person.name, displayName: person.displayName, conversation, deliveryId: `web:${person.name}:${deliveryId}`, ...(steppedUp ? { steppedUp } : {}) });
