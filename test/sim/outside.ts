import type { ExternalAction } from '../../src/core/estate.js';
import type { VirtualProcess } from '../../src/lab/process.js';
import type { ActionOutcome, ExternalActions } from '../../src/ports/external-actions.js';

export type ActionFault = 'failed' | 'unknown' | 'done-and-unknown' | 'crash';
export const actionFaults: readonly ActionFault[] = ['failed', 'unknown', 'done-and-unknown', 'crash'];

const common = { tenants: 'all', timeoutMs: 30_000 } as const;
/** A load balancer that can be asked where it points, and a siren that nobody can ask. */
export const actions: readonly ExternalAction[] = [
  { ...common, kind: 'command', program: ['balancer'], name: 'balancer', parameters: ['to'], effect: 'changes', probe: 'balancer-at' },
  { ...common, kind: 'command', program: ['balancer-at'], name: 'balancer-at', parameters: ['to'], effect: 'none', probe: null },
  { ...common, kind: 'command', program: ['siren'], name: 'siren', parameters: [], effect: 'changes', probe: null },
];

/** A move with a customer's steps behind it: they are to be done whoever leads by then. */
export const hookedMove = `name: hooked-move
title: Move with hooks
by_name: true
gate: { people: 2, role: approver, expires: 30m }
steps:
  - verb: move
    with: { dr_type: planned }
  - check: { vms: running }
    onFailure: warn
  - command: balancer
    with: { to: "{to}" }
  - command: siren
`;

/** One thing outside that was really done, under the key that it was asked for with. */
export interface Done { readonly key: string; readonly what: string }

/** What lies outside of the estate. It survives every process. */
export class Outside {
  readonly done: Done[] = [];
  #spoiled: ActionFault[] = [];

  spoil(fault: ActionFault): void { this.#spoiled.push(fault); }
  mend(): void { this.#spoiled = []; }

  seenBy(process: () => VirtualProcess): ExternalActions {
    const run = async (action: ExternalAction, parameters: { readonly [name: string]: string }, key: string): Promise<ActionOutcome> => {
      const what = [action.name.replace('-at', ''), ...Object.values(parameters)].join(' ');
      if (action.effect === 'none') return this.done.findLast((each) => each.what.startsWith('balancer'))?.what === what ? { kind: 'succeeded', saw: 'it is so' } : { kind: 'failed', saw: 'it is not so' };
      const fault = this.#spoiled.shift();
      if (fault === 'failed') return { kind: 'failed', saw: 'answered 500' };
      if (fault === 'unknown') return { kind: 'unknown', saw: 'no connection' };
      this.done.push({ key, what });
      if (fault === 'crash') { process().kill(); return new Promise(() => undefined); }
      return fault === 'done-and-unknown' ? { kind: 'unknown', saw: 'no answer in time' } : { kind: 'succeeded', saw: 'accepted' };
    };
    return { run: (action, parameters, key) => process().run(() => run(action, parameters, key)) };
  }
}
