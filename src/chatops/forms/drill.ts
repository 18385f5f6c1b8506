import { quoted, type FormKind } from './form-kind.js';
import { firstScope, scopeField, scopeWords } from './scopes.js';
import { whenFields, whenWords } from './when.js';

/** `move ... dr_test=yes`: a rehearsal on clones, with production and its replication left alone. Only an operator may ask for what is not a planned move. */
export const drillForm: FormKind = {
  draw(context, about) {
    if (!context.person.roles.includes('operator')) return { code: 'not-an-operator', what: 'You may not ask for a rehearsal: it needs the role operator.', next: 'You may look and hold.', command: 'query schedule' };
    const scope = scopeField('What is rehearsed', context);
    if (scope === null) return { code: 'nothing-here', what: 'There is nothing here to rehearse: no tenant that you see has a second site.', next: 'Look at the sites.', command: 'query site' };
    return {
      name: 'drill', about, title: 'Rehearse a move', submit: 'Make the plan', typed: `move ${firstScope(context)} dr_test=yes`,
      text: 'DRILL: VMs are started from clones at the other site. Production and its replication stay as they are. You get the plan in words first.',
      fields: [scope, { name: 'reason', label: 'Why', hint: 'Shown with the plan and in the report. No secrets.', required: false, kind: 'text', lengthMax: 500, long: true }, ...whenFields],
    };
  },
  line: (filled, context) => `move ${scopeWords(filled.get('scope')!, context)} dr_test=yes${filled.has('reason') ? ` reason=${quoted(filled.get('reason')!)}` : ''}${whenWords(filled)}`,
};
