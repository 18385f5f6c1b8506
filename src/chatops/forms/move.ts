import { mayRun } from '../../desk/help.js';
import { attribute, quoted, type FormKind } from './form-kind.js';
import { firstScope, scopeField, scopeWords } from './scopes.js';
import { whenFields, whenWords } from './when.js';

/** `move ...`: planned, or unplanned after a loss. A customer's requester is offered planned moves alone. */
export const moveForm: FormKind = {
  draw(context, about) {
    if (!mayRun('move', context.person)) return { code: 'not-an-operator', what: 'You may not ask for a move: it needs the role operator, or requester for a planned one.', next: 'You may look and hold.', command: 'query vm' };
    const scope = scopeField('What moves', context);
    if (scope === null) return { code: 'nothing-here', what: 'There is nothing here that could move: no tenant that you see has a second site.', next: 'Look at the sites.', command: 'query site' };
    const planned = { value: 'planned', label: 'Planned: both sites work, nothing is lost' };
    const types = context.person.roles.includes('operator') ? [planned, { value: 'unplanned', label: 'Unplanned: the source is lost' }] : [planned];
    return {
      name: 'move', about, title: 'Move to the other site', submit: 'Make the plan', typed: `move ${firstScope(context)} dr_type=planned reason="..."`,
      text: 'Nothing moves yet: you get the plan in words, and people approve it. The same, typed: /dr help move site',
      fields: [
        scope,
        { name: 'dr_type', label: 'Kind', hint: null, required: true, kind: 'choice', many: false, options: types, initial: 'planned' },
        { name: 'reason', label: 'Why', hint: 'Whoever approves reads it, and the report keeps it. No secrets.', required: false, kind: 'text', lengthMax: 500, long: true },
        ...whenFields,
      ],
    };
  },
  line: (filled, context) => `move ${scopeWords(filled.get('scope')!, context)}${attribute('dr_type', filled.get('dr_type'))}${filled.has('reason') ? ` reason=${quoted(filled.get('reason')!)}` : ''}${whenWords(filled)}`,
};
