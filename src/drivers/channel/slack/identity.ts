/** Our own workspace, as Slack itself told it. */
export interface Home { readonly team: string; readonly enterprise: string | null; readonly botUser: string }

/** `team`: the user's own workspace. `enterprise`: the organisation of it, on Enterprise Grid. `place`: the workspace in which it happened, where Slack says it. */
export interface SlackPerson { readonly user: string; readonly team: string | null; readonly enterprise: string | null; readonly place?: string | null }

/** `T123/U456`, or `E1/U456` on Enterprise Grid, where one person has one id in many workspaces. The team is the user's, not the channel's. */
export const identityOf = ({ user, team, enterprise }: SlackPerson): string => `${enterprise ?? team ?? 'unknown'}/${user}`;

/** What was typed: without the mention in front, without Slack's entities and links. */
export function plainText(text: string): string {
  return text.replace(/^\s*<@[A-Z0-9]+(?:\|[^>]*)?>/, '').replace(/<(?:[^|>]*\|)?([^>]*)>/g, (_whole, shown: string) => shown.replace(/^(?:mailto:|[@#!])/, ''))
    .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&').replace(/[“”]/g, '"').replace(/[‘’]/g, "'").trim();
}
