/** What the app asks for at an installation: the same as docs/slack-manifest.yaml, where a test compares them, and each with its reason in docs/slack.md. */
export const botScopes = ['commands', 'chat:write', 'im:write', 'app_mentions:read', 'users:read', 'metadata.message:read'] as const;
/** Asked for only where user groups follow the people on call. */
export const userGroupScopes = ['usergroups:read', 'usergroups:write'] as const;
