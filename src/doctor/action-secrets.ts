import { fine, wrong, type Diagnosis } from '../core/diagnosis.js';
import type { Estate, ExternalAction } from '../core/estate.js';
import type { Secrets } from '../ports/secrets.js';

const name = 'action secrets';

/** Whether the environment of this process has every `env:NAME` that the actions of the estate in use need; whether they open anything shows only when they are used. No action with a secret: no finding. */
export function diagnoseActionSecrets({ actions = [] }: Pick<Estate, 'actions'>, secrets: Pick<Secrets, 'get'>): Diagnosis[] {
  const users = new Map<string, string[]>();
  for (const action of actions) for (const variable of secretsOf(action)) users.set(variable, [...(users.get(variable) ?? []), action.name]);
  if (users.size === 0) return [];
  const missing = [...users].filter(([variable]) => !secrets.get(variable));
  if (missing.length === 0) return [fine(name, `${[...users.keys()].join(', ')}: set`)];
  return [wrong(name, `The environment of Lifeboat has no ${missing.map(([variable, of]) => `${variable} (for ${of.join(', ')})`).join(', ')}: these actions would fail, with nothing sent.`, `Set ${missing.map(([variable]) => variable).join(' and ')} where Lifeboat gets its environment, and restart it. Runs go on.`)];
}

const secretsOf = (action: ExternalAction): string[] =>
  (action.kind === 'http' ? Object.values(action.headers) : action.kind === 'ssh' ? [action.key] : []).flatMap((value) => (value.startsWith('env:') ? [value.slice('env:'.length)] : []));
