import { fine, wrong, type Diagnosis } from '../core/diagnosis.js';
import type { Estate, EventSource } from '../core/estate.js';
import type { Secrets } from '../ports/secrets.js';

const name = 'event sources';
const secretsOf = ({ token, signingSecret, community, user }: EventSource): string[] => [token, signingSecret, community, user?.auth, user?.privacy].flatMap((each) => (each === undefined ? [] : [each.slice('env:'.length)]));

/** Whether the environment of this process has what every event source proves itself with: one without it is refused. No source: no finding. */
export function diagnoseSourceSecrets({ eventSources = [] }: Pick<Estate, 'eventSources'>, secrets: Pick<Secrets, 'get'>): Diagnosis[] {
  if (eventSources.length === 0) return [];
  const missing = eventSources.flatMap((source) => secretsOf(source).filter((variable) => !secrets.get(variable)).map((variable) => `${variable} (for ${source.name})`));
  if (missing.length === 0) return [fine(name, `${eventSources.map((source) => source.name).join(', ')}: secrets are set`)];
  return [wrong(name, `The environment of Lifeboat has no ${missing.join(', ')}: what these sources report is refused.`, 'Set it where Lifeboat gets its environment, and restart it. An Alertmanager sends again what was refused only at its next notification.')];
}
