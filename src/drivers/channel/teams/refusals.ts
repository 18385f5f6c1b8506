import type { Millis } from '../../../core/names.js';
import type { TeamsLog } from './log.js';

/** Why a request did not reach Lifeboat, and what its sender hears. */
export const refusals = {
  method: { status: 405, why: 'only POST is understood here' },
  'too-large': { status: 413, why: 'it is larger than 256 KB' },
  'no-token': { status: 401, why: 'it carries no token' },
  'not-json': { status: 400, why: 'it is not JSON' },
  'not-an-activity': { status: 400, why: 'it is not an activity as Teams sends them' },
  'from-the-future': { status: 400, why: 'its time stamp is more than five minutes ahead: check the clock of this machine' },
  'service-url': { status: 403, why: 'its serviceUrl is none of TEAMS_SERVICE_HOSTS' },
  'not-a-token': { status: 401, why: 'its token is none' },
  issuer: { status: 401, why: 'its token is of another issuer than TEAMS_TOKEN_ISSUER' },
  audience: { status: 401, why: 'its token is for another app than TEAMS_APP_ID' },
  expired: { status: 401, why: 'its token is too old' },
  'not-yet-valid': { status: 401, why: 'its token is not valid yet: check the clock of this machine' },
  'service-url-claim': { status: 401, why: 'its token was given for another serviceUrl' },
  signature: { status: 401, why: 'its token is not signed by the issuer' },
  endorsement: { status: 401, why: 'botbuilder does not accept its token' },
  outsider: { status: 403, why: 'it comes from another Microsoft 365 tenant than TEAMS_TENANT_ID' },
  'issuer-away': { status: 503, why: 'the issuer\'s keys could not be fetched, so nobody can tell whether it is genuine' },
  broken: { status: 503, why: 'a fault of Lifeboat\'s own' },
} as const;
export type Refusal = keyof typeof refusals;

const quietMs: Millis = 60_000;

export interface Refusals {
  /** Counts it, and logs one line per reason and minute, without anything of the request. */
  count(reason: Refusal): void;
}

/** `counted`: for metrics. */
export function createRefusals(now: () => Millis, log: TeamsLog, counted: (reason: Refusal) => void): Refusals {
  const timesOf = new Map<Refusal, number>();
  const told = new Map<Refusal, Millis>();
  return {
    count(reason) {
      const times = (timesOf.get(reason) ?? 0) + 1;
      timesOf.set(reason, times);
      counted(reason);
      if (now() - (told.get(reason) ?? -Infinity) < quietMs) return;
      told.set(reason, now());
      log.warn({ reason, times }, `A request to /api/messages was refused: ${refusals[reason].why}. Nothing was done. Further ones like it are counted, and told at most once a minute.`);
    },
  };
}
