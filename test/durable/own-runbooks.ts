import type { ExternalAction } from '../../src/core/estate.js';
import type { callFaults, VirtualProcess } from '../../src/lab/process.js';
import type { ActionOutcome, ExternalActions } from '../../src/ports/external-actions.js';

const head = (name: string): string => `name: ${name}\ntitle: ${name}\nby_name: true\ngate: { people: 2 }\nsteps:\n`;

/** A customer's runbooks with every kind of step: one that comes through, and one that fails and makes up for it. */
export const ownRunbooks: readonly string[] = [
  `${head('own')}  - verb: verify
  - id: ready
    approval: { text: "storage of {tenant} is ready" }
  - id: ticket
    ask: { text: "open a change", form: [{ name: ticket, label: "Change ticket", pattern: "CHG[0-9]+" }] }
  - wait: { time: 2m, owner: operator }
  - parallel:
      - - http: balancer
          with: { to: "{to}" }
      - - command: siren
  - foreach: vm
    limit: 1
    do:
      - http: balancer
        with: { to: "{vm}" }
  - when: { replication: SYNC }
    do: [{ ssh: uptime }]
    otherwise: [{ notify: { text: "not in sync" } }]
  - check: { replication: SYNC }
  - call: last
`,
  `${head('last')}  - notify: { text: "all is done" }\n`,
  `${head('taken-back')}  - verb: verify
  - http: balancer
    with: { to: "{to}" }
  - check: { replication: SUSPENDED }
    retry: 0
    onFailure:
      - http: balancer
        with: { to: "{from}" }
        retry: 2
      - command: siren
      - notify: { text: "taken back" }
  - notify: { text: "never" }
`,
];

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
const common = { tenants: 'all', timeoutMs: 30_000 } as const;
const http = { kind: 'http', method: 'POST', url: 'http://127.0.0.1/', headers: {}, body: null, expect: [200] } as const;

/** What lies outside of the estate: a load balancer that can be asked where it points, and a siren that nobody can ask. It survives every process. */
export class Outside {
  /** What really happened, in order. */
  readonly done: string[] = [];
  /** Calls of the process that may be spoiled. */
  asked = 0;
  readonly actions: readonly ExternalAction[] = [
    { ...common, ...http, name: 'balancer', parameters: ['to'], effect: 'changes', probe: 'balancer-at' },
    { ...common, ...http, name: 'balancer-at', parameters: ['to'], effect: 'none', probe: null },
    { ...common, kind: 'command', program: ['siren'], name: 'siren', parameters: [], effect: 'changes', probe: null },
    { ...common, kind: 'ssh', host: '127.0.0.1', port: 22, user: 'lifeboat', key: 'env:KEY', hostKey: 'SHA256:x', command: 'uptime', name: 'uptime', parameters: [], effect: 'none', probe: null },
  ];

  /** As one process sees it; `process: null`, one that nothing happens to. */
  seenBy(process: (() => VirtualProcess) | null, fault: (n: number) => (typeof callFaults)[number] | null): ExternalActions {
    const run = async (action: ExternalAction, parameters: { readonly [name: string]: string }): Promise<ActionOutcome> => {
      const wanted = [action.name, ...Object.values(parameters)].join(' ');
      const act = (): ActionOutcome => {
        if (action.effect === 'none') return action.name === 'uptime' || this.done.includes(wanted.replace('-at', '')) ? { kind: 'succeeded', saw: 'it is so' } : { kind: 'failed', saw: 'it is not so' };
        this.done.push(wanted);
        return { kind: 'succeeded', saw: 'accepted' };
      };
      if (process === null) return act();
      switch (fault(++this.asked)) {
        case 'crash-before': process().kill(); return never();
        case 'crash-after': act(); process().kill(); return never();
        case 'lost-request': return { kind: 'unknown', saw: 'no connection' };
        case 'lost-reply': act(); return { kind: 'unknown', saw: 'no answer in time' };
        case null: return act();
      }
    };
    return { run: (action, parameters) => (process === null ? run(action, parameters) : process().run(() => run(action, parameters))) };
  }

  /** Whatever happened more than once. */
  twice(): string[] { return this.done.filter((each, at) => this.done.indexOf(each) !== at); }
}
