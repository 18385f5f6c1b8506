import type { LabelValue } from '../core/answer.js';
import { sees, type Estate, type Person, type Site, type Tenant } from '../core/estate.js';
import type { Millis, Surface } from '../core/names.js';
import { openIncidents, type State } from '../core/state.js';
import type { OutboxRow } from '../ports/outbox.js';
import type { Sighting } from '../ports/world.js';
import type { Runbook } from '../runbook/runbook.js';

/** One query: who asks for what, and how things are. */
export interface Asked { readonly estate: Estate; readonly state: State; readonly person: Person; readonly name: string | null; /** As it was typed. */ readonly words: readonly string[]; readonly attributes: ReadonlyMap<string, string>; readonly only: readonly string[] | null; readonly verbose?: boolean; readonly runbooks: readonly Runbook[]; readonly surfaces: readonly Surface[]; readonly version: string; /** What else runs beside, for the provider's people. */ readonly beside?: readonly { readonly name: string; says(): string }[]; readonly writeEstate?: (estate: Estate) => string; readonly now: Millis; /** What this node saw last. */ readonly sighting: Sighting | null; readonly deliveries: readonly OutboxRow[]; readonly waysShut?: readonly string[]; readonly faults: readonly { readonly fault: string; readonly target: string; readonly since: Millis }[] }
export type Block = LabelValue[];
/** `heading`: printed above others, and no part of what `--json` prints. */
export interface Entry { readonly name: string; readonly block: Block; readonly heading?: true; /** Another name by which it is found. */ readonly uuid?: string }
export type Table = (asked: Asked) => Entry[];
/** Of thousands of machines one or a few are shown: a block is put together when somebody looks at it. */
export class Machine implements Entry {
  readonly name: string;
  readonly uuid: string;
  #block: Block | undefined;
  constructor({ name, uuid }: { readonly name: string; readonly uuid: string }, private readonly blockOf: () => Block) { [this.name, this.uuid] = [name, uuid]; }
  get block(): Block { return this.#block ??= this.blockOf(); }
}

export const row = (label: string, value: string | readonly string[] | number | null): LabelValue => ({ label, value: Array.isArray(value) ? (value.length === 0 ? 'None' : value) : value === null ? 'None' : String(value) });
export const mine = ({ estate, person, attributes }: Asked): Tenant[] => estate.tenants.filter((tenant) => sees(person, tenant.name) && (attributes.get('tenant') ?? tenant.name) === tenant.name);
export const zone = ({ person, estate }: Asked): string => person.timeZone ?? estate.timeZone;
export function ready(state: State, tenant: Tenant): string {
  const managed = tenant.vms.filter((vm) => vm.unmanaged !== true);
  return `${managed.filter((vm) => state.vms.get(vm.name)?.state === 'READY_TO_MOVE').length} out of ${managed.length} managed VMs`;
}
/** Sites that the person's tenants use, shared ones included; the provider's people see also those that nobody uses yet. */
export const sites = (asked: Asked): Site[] => asked.estate.sites.filter((site) => mine(asked).some((tenant) => tenant.homeSite === site.name || tenant.backupSite === site.name) || (asked.person.tenants === 'all' && !asked.attributes.has('tenant') && !asked.estate.tenants.some((tenant) => tenant.homeSite === site.name || tenant.backupSite === site.name)));
export const hasIncident = ({ state }: Asked, key: string): boolean => openIncidents(state).some((incident) => incident.key === key);
export const unreachable = (asked: Asked, key: string): string => (hasIncident(asked, key) ? 'FAILED (open incident)' : 'no failure known');
