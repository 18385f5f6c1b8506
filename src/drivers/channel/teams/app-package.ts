import { zipSync } from 'fflate';
import { colourIcon, icons, outlineIcon } from './icons.js';

export interface PackageOptions {
  /** TEAMS_APP_ID: of the bot, and of the app. */
  readonly appId: string;
  /** PUBLIC_URL, with TLS. */
  readonly publicUrl: string;
  /** Of Lifeboat. Teams offers an update when it grows. */
  readonly version: string;
}

const commands = {
  help: 'What you may do here, with examples from your own estate',
  'query run': 'Runs, the newest last',
  'query pending': 'What waits for a decision',
  'query incident': 'What is wrong now',
  'query vm': 'Virtual machines and whether they could move',
  why: 'Why a run stands where it stands: why R-12',
  review: 'Every step of a plan: review R-12',
  approve: 'Say yes to a plan: approve R-12',
  reject: 'Say no to a plan: reject R-12 reason="..."',
  hold: 'Stop a run at its next step: hold R-12',
  'use this channel for': 'Post a tenant\'s messages here: use this channel for NAME',
} as const;
type Command = keyof typeof commands;

const listOf = (scopes: readonly string[], titles: readonly Command[]) => ({ scopes, commands: titles.map((title) => ({ title, description: commands[title] })) });

/** The manifest of the Teams app (schema 1.16). Teams shows at most ten commands a scope. */
export function manifestOf({ appId, publicUrl, version }: PackageOptions) {
  const page = publicUrl.replace(/\/$/, '');
  return {
    $schema: 'https://developer.microsoft.com/en-us/json-schemas/teams/v1.16/MicrosoftTeams.schema.json',
    manifestVersion: '1.16', version, id: appId,
    packageName: 'lifeboat.desk',
    developer: { name: 'Lifeboat', websiteUrl: page, privacyUrl: `${page}/`, termsOfUseUrl: `${page}/` },
    name: { short: 'Lifeboat', full: 'Lifeboat, the desk of disaster recovery' },
    description: {
      short: 'Failures, approvals and runbooks of disaster recovery, in Teams',
      full: 'Lifeboat tells the right people what is failing and lets them run runbooks that need approval: verify, move, restart, clean up, resync, rehearse. Approve and Reject come to each approver; anyone linked may hold. Nothing moves without the quorum.',
    },
    icons: { color: icons.colour.file, outline: icons.outline.file },
    accentColor: '#162B48',
    bots: [{
      botId: appId, scopes: ['personal', 'team', 'groupchat'], supportsFiles: false, isNotificationOnly: false,
      commandLists: [
        listOf(['personal'], ['help', 'query run', 'query pending', 'query incident', 'query vm', 'why', 'review', 'approve', 'reject', 'hold']),
        listOf(['team', 'groupchat'], ['help', 'query run', 'query pending', 'query incident', 'why', 'review', 'hold', 'use this channel for']),
      ],
    }],
    permissions: ['identity', 'messageTeamMembers'],
    validDomains: [new URL(publicUrl).hostname],
  };
}

/** What an administrator uploads: manifest and two icons. @throws when Teams would not take it */
export function teamsPackage(options: PackageOptions): Uint8Array {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(options.appId)) throw new Error('TEAMS_APP_ID is not the app id of a bot (a UUID). Copy it from the app registration in Azure: TEAMS_APP_ID=... npm run teams:package');
  if (!URL.canParse(options.publicUrl) || new URL(options.publicUrl).protocol !== 'https:') throw new Error('PUBLIC_URL is not an address with https, and Teams takes no other. Set it to the address at which people reach the console: PUBLIC_URL=https://lifeboat.example npm run teams:package');
  const manifest = new TextEncoder().encode(`${JSON.stringify(manifestOf(options), null, 2)}\n`);
  // A fixed date: the same version makes the same file.
  return zipSync({ 'manifest.json': manifest, [icons.colour.file]: colourIcon(), [icons.outline.file]: outlineIcon() }, { level: 9, mtime: new Date(2026, 0, 1) });
}
