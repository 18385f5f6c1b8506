import type { State } from './state.js';

/** What the state is kept under: entries refer to one another by these. */
export function* stateNames({ estate, runs, incidents, vms, groups }: State): Generator<string> {
  for (const map of [runs, incidents, vms, groups]) yield* map.keys();
  for (const run of runs.values()) yield* run.steps.keys();
  if (!estate) return;
  yield* [estate.name, ...estate.people.map((person) => person.name)];
  for (const { name, hmcs, hosts, storageAgents } of estate.sites) yield* [name, ...[...hmcs, ...hosts, ...storageAgents].map((each) => each.name)];
  for (const { name, channel } of estate.tenants) yield* [name, channel];
}
