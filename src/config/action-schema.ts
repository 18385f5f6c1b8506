import { z } from 'zod';
import type { ExternalAction } from '../core/estate.js';

const actionName = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, 'Use lower-case letters, digits and dashes, at most 31.');
const parameter = z.string().regex(/^[a-z][a-z0-9_]{0,30}$/, 'Use lower-case letters, digits and underscores.');
const secret = z.string().regex(/^env:[A-Z][A-Z0-9_]*$/, 'Secrets come from the environment only: write env:NAME.');
const text = z.string().min(1).max(2_000);

/** One thing that runbooks may do outside the controller: `http`, `ssh` or `command`. */
export const RawAction = z.strictObject({
  name: actionName,
  http: z.strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).default('POST'), url: z.string().regex(/^https?:\/\/[^\s]+$/, 'Write an address with http or https.'),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/, 'Write the name of a header.'), z.string().max(500)).default({}), body: z.string().max(4_000).optional(), expect: z.array(z.number().int().min(200).max(599)).min(1).default([200, 201, 202, 204]),
  }).optional(),
  ssh: z.strictObject({ host: text, port: z.number().int().min(1).max(65_535).default(22), user: z.string().min(1).max(63), key: secret, host_key: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, 'Write the fingerprint as ssh-keygen -lf prints it: SHA256:...'), command: text }).optional(),
  command: z.array(text).min(1).refine((program) => program[0]!.startsWith('/'), 'Write the whole path of the program.').optional(),
  parameters: z.array(parameter).max(10).default([]),
  tenants: z.union([z.literal('all'), z.array(z.string()).min(1)]).default('all'),
  effect: z.enum(['none', 'changes', 'fences', 'promotes']).default('changes'),
  probe: actionName.optional(),
  /** Seconds. */
  timeout: z.number().int().min(1).max(3_600).default(60),
});
export type RawAction = z.infer<typeof RawAction>;

type Path = readonly (string | number)[];

/** What the form alone cannot tell: one kind each, names that exist, placeholders that are parameters. */
export function checkActions(actions: readonly RawAction[], say: (path: Path, what: string, remedy: string) => void): void {
  actions.forEach((action, index) => {
    const at = (...rest: Path): Path => ['actions', index, ...rest];
    const kinds = (['http', 'ssh', 'command'] as const).filter((kind) => action[kind] !== undefined);
    if (kinds.length !== 1) say(at('name'), kinds.length === 0 ? `The action '${action.name}' does nothing.` : `The action '${action.name}' is of two kinds: ${kinds.join(' and ')}.`, 'Give it one of http, ssh and command.');
    for (const name of placeholders(action)) if (!action.parameters.includes(name)) say(at('name'), `The action '${action.name}' uses {${name}}, which is not among its parameters.`, `Add it: parameters: [${[...action.parameters, name].join(', ')}]`);
    if (action.http && !hostIsFixed(action.http.url)) say(at('http', 'url'), `The address of '${action.name}' does not say in clear which machine is called.`, 'Write the host and port as they are, without a user, a password or a {parameter} in them: https://lb.example/pools/{to}');
    if (action.http?.method === 'GET' && action.http.body !== undefined) say(at('http', 'body'), `'${action.name}' is a GET, which carries no body.`, 'Take the body out, or write method: POST.');
    for (const header of Object.keys(action.http?.headers ?? {})) if (/auth|cookie|token|key|secret|passw|credential/i.test(header) && !/^env:[A-Z][A-Z0-9_]*$/.test(action.http!.headers[header]!)) say(at('http', 'headers', header), `The header '${header}' holds a secret in clear.`, 'Write env:NAME, set the variable, and change the secret if this file was shared.');
    if (action.probe !== undefined) {
      const probe = actions.find((each) => each.name === action.probe);
      if (!probe) say(at('probe'), `There is no action '${action.probe}' that could tell.`, `Known: ${actions.map((each) => each.name).join(', ')}.`);
      else if (probe.effect !== 'none') say(at('probe'), `'${probe.name}' changes something, so it cannot be the probe of '${action.name}'.`, `A probe only looks: write effect: none at '${probe.name}'.`);
      else for (const name of probe.parameters) if (!action.parameters.includes(name)) say(at('probe'), `The probe '${probe.name}' needs '${name}', which '${action.name}' does not have.`, 'Give both the same parameter.');
    }
  });
}

/** What stands before the path. A parameter there would let a runbook call any machine; a user or password there would stand in the journal. */
const hostIsFixed = (url: string): boolean => URL.canParse(url) && !/[@{}\\]/.test(/^https?:\/\/([^/?#]*)/.exec(url)![1]!);

function placeholders({ http, ssh, command }: RawAction): Set<string> {
  const texts = [http?.url, http?.body, ...Object.values(http?.headers ?? {}), ssh?.command, ...(command ?? [])];
  // A JSON body has braces of its own: only a lone lower-case name is a placeholder.
  return new Set(texts.flatMap((each) => [...(each ?? '').matchAll(/\{([a-z][a-z0-9_]*)\}/g)].map((found) => found[1]!)));
}

export function toAction({ name, http, ssh, command, parameters, tenants, effect, probe, timeout }: RawAction): ExternalAction {
  const common = { name, parameters, tenants, effect, probe: probe ?? null, timeoutMs: timeout * 1_000 };
  if (http) return { ...common, kind: 'http', ...http, body: http.body ?? null };
  if (ssh) return { ...common, kind: 'ssh', host: ssh.host, port: ssh.port, user: ssh.user, key: ssh.key, hostKey: ssh.host_key.replace(/=$/, ''), command: ssh.command };
  return { ...common, kind: 'command', program: command! };
}
