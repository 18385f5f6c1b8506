import { namePattern } from '../../core/attribute-form.js';
import { refusedNamed } from '../../core/attributes.js';
import { workingEstate } from '../../core/draft.js';
import { listed } from '../../core/listed.js';
import { didYouMean } from '../../core/nearest.js';
import { done, refused, type Configure, type Work } from './outcome.js';

/** `filepath=NAME`, as ksysmgr writes it; also the name alone. Snapshots stand in the journal, so that it is a name and no path. */
export function snapshotName({ command }: Pick<Work, 'command'>): { readonly ok: true; readonly name: string } | ReturnType<typeof refused> {
  for (const key of command.attributes.keys()) {
    const never = refusedNamed(key, 'snapshot');
    if (never) return refused(4, 'not-taken', `${key} is not taken. ${never.why}`, never.instead);
    if (!['filepath', 'confirm', 'dry_run', 'type'].includes(key)) return refused(4, 'unknown-attribute', `${command.action} snapshot has no attribute '${key}'.`, 'It takes filepath=NAME.');
  }
  const name = command.attributes.get('filepath') ?? command.name;
  if (name === null) return refused(3, 'name-missing', 'Under which name?', 'Add filepath=NAME.', `${command.action} snapshot filepath=NAME`);
  if (!namePattern.test(name)) return refused(4, 'name', `'${name}' is no name for a snapshot.`, 'It is kept in the journal under a name of letters, digits, dots, dashes and underscores. A file is written by: lifeboat estate export FILE');
  return { ok: true, name };
}

/** The configuration as it was under that name; people, freezes and actions stay as they are now. */
export const restoreSnapshot: Configure = (work) => {
  const wanted = snapshotName(work);
  if (!wanted.ok) return wanted;
  const snapshot = work.snapshots.get(wanted.name);
  const names = [...work.snapshots.keys()];
  if (!snapshot) return refused(2, 'not-found', `There is no snapshot '${wanted.name}'.${didYouMean(wanted.name, names)}`, names.length === 0 ? 'None was taken yet.' : `Known: ${listed(names)}.`, names.length === 0 ? `add snapshot filepath=${wanted.name}` : 'query snapshot');
  const { inUse } = work;
  return done(workingEstate({ ...inUse, ...snapshot.estate }, snapshot.draft), null, 'VMs that are new to Lifeboat must be discovered and verified before they can be moved.');
};
