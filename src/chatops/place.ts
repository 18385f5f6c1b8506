import { sees, type Estate, type Person } from '../core/estate.js';
import type { Inbound } from '../ports/channel.js';

/** In a tenant's own conversation, help and forms keep to that tenant, also for the provider's people: others read along over their shoulders. */
export function hereOnly(person: Person, { place }: Pick<Inbound, 'place'>, estate: Estate): Person {
  const tenant = place === undefined || place === estate.provider.channel ? undefined : estate.tenants.find(({ channel }) => channel === place);
  return tenant && sees(person, tenant.name) ? { ...person, tenants: [tenant.name] } : person;
}
