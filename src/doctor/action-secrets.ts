import { fine, notice, wrong, type Diagnosis } from '../core/diagnosis.js';
import type { Credentials, Estate, ExternalAction } from '../core/estate.js';
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

/** The same for the passwords of HMCs and storage agents. A simulated estate opens nothing with them. */
export function diagnoseMachineSecrets({ sites, simulated }: Pick<Estate, 'sites' | 'simulated'>, secrets: Pick<Secrets, 'get'>): Diagnosis[] {
  const all = sites.flatMap((site) => [...site.hmcs, ...site.storageAgents]).flatMap(({ name: machine, password }: Credentials & { readonly name: string }) => (password === undefined ? [] : [{ machine, variable: password.slice('env:'.length) }]));
  if (all.length === 0) return [];
  const missing = all.filter(({ variable }) => !secrets.get(variable));
  const of = 'machine passwords';
  if (missing.length === 0) return [fine(of, `${[...new Set(all.map(({ variable }) => variable))].join(', ')}: set`)];
  const words = missing.map(({ machine, variable }) => `${variable} (for ${machine})`).join(', ');
  if (simulated) return [notice(of, `The environment of Lifeboat has no ${words}; simulated machines ask for none.`, 'In a real estate: set it where Lifeboat gets its environment, and restart it.')];
  return [wrong(of, `The environment of Lifeboat has no ${words}: these would refuse us.`, `Set ${missing.map(({ variable }) => variable).join(' and ')} where Lifeboat gets its environment, and restart it. Runs go on.`)];
}
