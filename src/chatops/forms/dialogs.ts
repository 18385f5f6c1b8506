import type { Answer, Caller } from '../../core/answer.js';
import type { Desk } from '../../desk/desk.js';
import type { Clock } from '../../ports/clock.js';
import type { Form, FormName, FormValues } from '../../ports/channel.js';
import type { LiveState } from '../../ports/state.js';
import { breakGlassForm } from './break-glass.js';
import { drillForm } from './drill.js';
import { isForm, type FormContext, type FormKind, type NoForm } from './form-kind.js';
import { maintenanceForm } from './maintenance.js';
import { moveForm } from './move.js';
import { readValues } from './read-values.js';
import { silenceForm } from './silence.js';

const kinds: Record<FormName, FormKind> = { move: moveForm, drill: drillForm, silence: silenceForm, maintenance: maintenanceForm, 'break-glass': breakGlassForm };

/** What the desk finds wrong, and the field in which it is put right. */
const fieldOfCode: Readonly<Record<string, string>> = {
  at: 'at', window: 'window', 'reason-missing': 'reason', 'glass-reason-missing': 'reason', 'glass-not-allowed': 'rules', 'glass-needless': 'rules', 'attestation-missing': 'attest', 'target-missing': 'target', 'target-wrong': 'target', 'number-missing': 'number', 'number-wrong': 'number',
  secret: 'reason', until: 'for', tenant: 'tenant', 'no-such-tenant': 'tenant', providers: 'severity', matcher: 'what', reason: 'reason',
};

type Submitted = { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'errors'; readonly errors: Readonly<Record<string, string>> } | { readonly kind: 'none'; readonly none: NoForm };

/** Forms of a person whom the surface and the link named already. */
export function createDialogs({ live, desk, clock }: { readonly live: LiveState; readonly desk: Desk; readonly clock: Clock }) {
  const contextOf = ({ person }: Pick<Caller, 'person'>): FormContext => ({ person, state: live.current, now: clock.now() });
  return {
    draw: (caller: Pick<Caller, 'person'>, name: FormName, about: string | null): Form | NoForm => kinds[name].draw(contextOf(caller), about),
    async submit(caller: Caller, name: FormName, about: string | null, values: FormValues): Promise<Submitted> {
      const context = contextOf(caller);
      const form = kinds[name].draw(context, about);
      if (!isForm(form)) return { kind: 'none', none: form };
      const read = readValues(form, values);
      if (!read.ok) return { kind: 'errors', errors: read.errors };
      const answer = await desk.command(caller, kinds[name].line(read.filled, context));
      const field = answer.status !== 0 && 'code' in answer ? fieldOfCode[answer.code] : undefined;
      if (field === undefined || !form.fields.some((each) => each.name === field)) return { kind: 'answer', answer };
      return { kind: 'errors', errors: { [field]: answer.kind === 'refusal' ? `${answer.what} ${answer.next}` : answer.kind === 'decision' ? answer.sentence : '' } };
    },
  };
}
