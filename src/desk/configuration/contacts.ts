import type { Contact, NotifyScript } from '../../core/estate.js';
import { sees } from '../../core/estate.js';
import { readValue } from '../../core/attribute-form.js';
import { attributeNamed } from '../../core/attributes.js';
import { listed } from '../../core/listed.js';
import type { TenantName } from '../../core/names.js';
import { didYouMean } from '../../core/nearest.js';
import { changed, clusterOf, done, mine, orAbsent, refused, withTenant, type Configure, type Outcome, type Work } from './outcome.js';

/** `add|modify|delete notify`: contacts, and scripts that an event starts (reference/ksys.md section 8). */
const forms = { contact: 'add notify user=NAME contact=ADDRESS', script: 'add notify script=ACTION event=EVENT' };

function onlyKnown({ command }: Work, known: readonly string[]): ReturnType<typeof refused> | null {
  if (command.name !== null) return refused(4, 'name', `${command.action} notify takes no name, but attributes.`, 'Write it like this:', forms.contact);
  const unknown = [...command.attributes.keys()].find((key) => ![...known, 'tenant', 'dry_run'].includes(key));
  return unknown === undefined ? null : refused(4, 'unknown-attribute', `${command.action} notify has no attribute '${unknown}'.${didYouMean(unknown, known)}`, `It takes ${known.join(', ')}.`, `help ${command.action} notify`);
}

/** Whose contact: of the cluster that is named, of the person's only one, else the provider's own. */
function owner(work: Work): { readonly ok: true; readonly tenant: TenantName | null } | ReturnType<typeof refused> {
  if (work.person.tenants === 'all' && !work.command.attributes.has('tenant')) return { ok: true, tenant: null };
  const cluster = clusterOf(work);
  return cluster.ok ? { ok: true, tenant: cluster.tenant.name } : cluster;
}

/** What an address is: a phone in international form, else mail. Also `NUMBER@carrier`, as KSYS writes phones, is mail. */
function addressOf(text: string): { readonly ok: true; readonly part: Partial<Pick<Contact, 'email' | 'phone'>> } | ReturnType<typeof refused> {
  if (/^\+[1-9]\d{6,14}$/.test(text)) return { ok: true, part: { phone: text } };
  if (/^[^\s@<>]+@[^\s@<>]+$/.test(text)) return { ok: true, part: { email: text } };
  return refused(4, 'contact', `'${text}' is no address.`, 'Write an e-mail address, or a phone in international form: contact=+15550001111.');
}

export const addNotify: Configure = (work) => {
  const { estate, command } = work;
  const wrong = onlyKnown(work, ['user', 'contact', 'pager', 'notification_level', 'script', 'event']);
  if (wrong) return wrong;
  const [user, script] = [command.attributes.get('user'), command.attributes.get('script')];
  if (script !== undefined) return addScript(work, script);
  const own = owner(work);
  if (!own.ok) return own;
  const { tenant } = own;
  const level = levelIn(work);
  if (!level.ok) return level;
  if (user === undefined || !/^[a-z][a-z0-9._-]{0,30}$/.test(user)) return refused(user === undefined ? 3 : 4, 'user', user === undefined ? 'Who is it?' : `'${user}' is no name for a contact.`, 'Write user=NAME, in lower-case letters, digits, dots and dashes.', forms.contact);
  const [contact, pager] = [command.attributes.get('contact'), command.attributes.get('pager')];
  if (contact === undefined && pager === undefined) return refused(3, 'contact-missing', `How is ${user} reached?`, 'Add contact=ADDRESS: an e-mail address, or a phone in international form.', `add notify user=${user} contact=ADDRESS`);
  const address = contact === undefined ? { ok: true as const, part: {} } : addressOf(contact);
  if (!address.ok) return address;
  if (pager !== undefined && !addressOf(pager).ok) return refused(4, 'pager', `'${pager}' is no address.`, 'A pager is reached by mail: pager=NUMBER@PROVIDER.');
  const part = { ...address.part, ...(pager === undefined ? {} : { pager }), ...level.part };
  const free = (each: Contact): boolean => each.user === user && each.tenant === tenant && (Object.keys(address.part) as ('email' | 'phone')[]).every((key) => each[key] === null || each[key] === part[key]) && (pager === undefined || each.pager === undefined || each.pager === pager);
  const at = estate.contacts.findIndex(free);
  const contacts = at < 0 ? [...estate.contacts, { user, tenant, email: null, phone: null, ...part }] : estate.contacts.map((each, index) => (index === at ? { ...each, ...part } : each));
  return done({ ...estate, contacts }, tenant);
};

function levelIn({ command }: Work): { readonly ok: true; readonly part: Partial<Pick<Contact, 'notificationLevel'>> } | ReturnType<typeof refused> {
  const text = command.attributes.get('notification_level');
  if (text === undefined) return { ok: true, part: {} };
  const read = readValue(attributeNamed('notify', 'notification_level')!.form, text);
  return read.ok ? { ok: true, part: { notificationLevel: read.value as NonNullable<Contact['notificationLevel']> } } : refused(4, 'value', `notification_level=${text}: ${read.why}`, 'Nothing was changed. Correct the value.');
}

function addScript(work: Work, action: string): Outcome {
  const event = work.command.attributes.get('event');
  const cluster = clusterOf(work);
  if (!cluster.ok) return cluster;
  const { tenant } = cluster;
  if (event === undefined) return refused(3, 'event-missing', `Which event starts ${action}?`, 'Add event=NAME, as KSYS writes it.', `add notify script=${action} event=HOST_FAILURE`);
  const script: NotifyScript = { event, action };
  const there = (tenant.notifyScripts ?? []).some((each) => each.event === event && each.action === action);
  return done(there ? work.estate : withTenant(work.estate, { ...tenant, notifyScripts: [...(tenant.notifyScripts ?? []), script] }), tenant.name);
}

/** `modify notify oldcontact=USER_OR_ADDRESS newcontact=...`, `oldscript= newscript=`, and ours: `user= notification_level=`. */
export const modifyNotify: Configure = (work) => {
  const { estate, command: { attributes } } = work;
  const wrong = onlyKnown(work, ['oldcontact', 'newcontact', 'oldscript', 'newscript', 'user', 'notification_level']);
  if (wrong) return wrong;
  const [oldScript, newScript] = [attributes.get('oldscript'), attributes.get('newscript')];
  if (oldScript !== undefined || newScript !== undefined) {
    const users = mine(work).filter((tenant) => tenant.notifyScripts?.some(({ action }) => action === oldScript));
    if (oldScript === undefined || newScript === undefined) return refused(3, 'script-missing', 'Which script takes the place of which?', 'Write both.', 'modify notify oldscript=ACTION newscript=ACTION');
    const [tenant] = users;
    if (!tenant) return refused(2, 'not-found', `No event starts '${oldScript}'.`, 'Look at what is there.', 'query notify');
    return done(users.reduce((all, each) => withTenant(all, { ...each, notifyScripts: each.notifyScripts!.map((script) => (script.action === oldScript ? { ...script, action: newScript } : script)) }), estate), tenant.name);
  }
  const [before, after] = [attributes.get('oldcontact') ?? attributes.get('user'), attributes.get('newcontact')];
  const level = levelIn(work);
  if (!level.ok) return level;
  if (before === undefined || (after === undefined && level.part.notificationLevel === undefined)) return refused(3, 'contact-missing', 'Which contact changes to what?', 'Write both; a contact goes by user or by address.', 'modify notify oldcontact=ADDRESS newcontact=ADDRESS');
  const visible = estate.contacts.filter((each) => sees(work.person, each.tenant));
  const matches = (each: Contact): boolean => visible.includes(each) && (each.user === before || each.email === before || each.phone === before || each.pager === before);
  const found = estate.contacts.filter(matches);
  if (found.length === 0) return refused(2, 'not-found', `There is no contact '${before}'.${didYouMean(before, visible.flatMap(({ user, email }) => [user, ...(email === null ? [] : [email])]))}`, `Known: ${listed([...new Set(visible.map(({ user }) => user))])}.`, 'query notify');
  if (after !== undefined && !/[@+]/.test(after)) return done({ ...estate, contacts: estate.contacts.map((each) => (matches(each) && each.user === before ? { ...each, user: after, ...level.part } : each)) }, found[0]!.tenant);
  const address = after === undefined ? { ok: true as const, part: {} } : addressOf(after);
  if (!address.ok) return address;
  const contacts = estate.contacts.map((each) => {
    if (!matches(each)) return each;
    if (each.pager === before && after !== undefined) return { ...each, pager: after };
    return { ...each, ...(after === undefined ? {} : { ...(each.email === before ? { email: null } : {}), ...(each.phone === before ? { phone: null } : {}), ...address.part }), ...level.part };
  });
  return done({ ...estate, contacts }, found[0]!.tenant);
};

/** `delete notify user=NAME` takes all of them; with `contact=` one; `script=ACTION [event=EVENT]`. */
export const deleteNotify: Configure = (work) => {
  const { estate, command: { attributes } } = work;
  const wrong = onlyKnown(work, ['user', 'contact', 'script', 'event']);
  if (wrong) return wrong;
  const [user, contact, script, event] = ['user', 'contact', 'script', 'event'].map((key) => attributes.get(key));
  if (script !== undefined) {
    const gone = (each: NotifyScript): boolean => each.action === script && (event === undefined || each.event === event);
    const owners = mine(work).filter((tenant) => tenant.notifyScripts?.some(gone));
    const [tenant] = owners;
    if (!tenant) return refused(2, 'not-found', `${event ?? 'No event'} ${event === undefined ? 'starts' : 'does not start'} '${script}'.`, 'Look at what is there.', 'query notify');
    return done(owners.reduce((all, each) => withTenant(all, changed(each, { notifyScripts: orAbsent(each.notifyScripts!.filter((one) => !gone(one))) })), estate), tenant.name);
  }
  if (user === undefined && contact === undefined) return refused(3, 'user-missing', 'Which contact?', 'Write user=NAME for all of a person, contact=ADDRESS for one.', 'delete notify user=NAME');
  const visible = estate.contacts.filter((each) => sees(work.person, each.tenant) && (attributes.get('tenant') ?? each.tenant) === each.tenant);
  const matches = (each: Contact): boolean => visible.includes(each) && (user === undefined || each.user === user) && (contact === undefined || [each.email, each.phone, each.pager].includes(contact));
  const [first] = estate.contacts.filter(matches);
  if (!first) return refused(2, 'not-found', `There is no contact '${user ?? contact}'.${didYouMean(user ?? contact!, visible.map((each) => each.user))}`, `Known: ${listed([...new Set(visible.map((each) => each.user))])}.`, 'query notify');
  const contacts = estate.contacts.flatMap((each): Contact[] => {
    if (!matches(each)) return [each];
    if (contact === undefined) return [];
    const { pager, ...rest } = each;
    const left: Contact = { ...rest, email: each.email === contact ? null : each.email, phone: each.phone === contact ? null : each.phone, ...(pager === undefined || pager === contact ? {} : { pager }) };
    return left.email === null && left.phone === null && left.pager === undefined ? [] : [left];
  });
  return done({ ...estate, contacts }, first.tenant);
};
