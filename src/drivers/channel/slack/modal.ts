import type { InputBlock, KnownBlock, ModalView, SectionBlock } from '@slack/types';
import { z } from 'zod';
import { formNames, type Card, type Form, type FormField, type FormValues } from '../../../ports/channel.js';
import { clip, limits, plain, toSlackMessage } from './blocks.js';
import { formCallback, type SubmissionPayload } from './payloads.js';

/** Slack's limits of modals and their inputs, as characters or counts (reference/platform-limits.md). */
export const modalLimits = { title: 24, submit: 24, blocks: 100, options: 100, checkboxes: 10, optionText: 75, optionValue: 150, label: 2000, text: 3000 } as const;

const fieldPrefix = 'field:';
/** Every input has the one name; the block around it tells which field it is. */
const inputId = 'value';

/** What a form must know when it comes back, and no more: nothing in it is believed before the desk has looked at it. */
const metadata = z.strictObject({ form: z.enum(formNames), about: z.string().max(100).nullable(), conversation: z.string().max(40).nullable(), home: z.boolean() });
export type FormOrigin = Omit<z.infer<typeof metadata>, 'form' | 'about'>;

/** Opened at once, since Slack gives three seconds; filled when Lifeboat knows with what. */
export const shell = (): ModalView => ({ type: 'modal', callback_id: 'lifeboat:shell', title: plain('Lifeboat', modalLimits.title), close: plain('Close', modalLimits.submit), blocks: [{ type: 'section', text: plain('One moment: looking up what you may ask for here...', modalLimits.text) }] });

/** In place of a form: why there is none. Buttons in it would answer elsewhere. */
export const cardModal = (card: Card): ModalView => ({ ...shell(), title: plain(card.heading || 'Lifeboat', modalLimits.title), blocks: toSlackMessage({ ...card, actions: [] }, { compact: true }).blocks as KnownBlock[] });

export function toModal(form: Form, origin: FormOrigin): ModalView {
  const intro: SectionBlock = { type: 'section', text: plain(form.text, modalLimits.text) };
  return {
    type: 'modal', callback_id: formCallback, title: plain(form.title, modalLimits.title), submit: plain(form.submit, modalLimits.submit), close: plain('Not now', modalLimits.submit),
    private_metadata: JSON.stringify({ form: form.name, about: form.about, ...origin } satisfies z.infer<typeof metadata>), blocks: [intro, ...form.fields.map(inputOf)].slice(0, modalLimits.blocks),
  };
}

/** More choices than a list can show are written instead; Lifeboat reads them just as strictly. */
const isLong = (field: FormField): boolean => field.kind === 'choice' && field.options.length > (field.many ? modalLimits.checkboxes : modalLimits.options);

function inputOf(field: FormField): InputBlock {
  const hint = isLong(field) && field.kind === 'choice' ? `${field.options.length} are possible, more than a list can show. Write one as it is, such as: ${field.options[0]!.value}` : field.hint;
  return { type: 'input', block_id: `${fieldPrefix}${field.name}`, optional: !field.required, label: plain(field.label, modalLimits.label), ...(hint === null ? {} : { hint: plain(hint, modalLimits.label) }), element: elementOf(field) };
}

function elementOf(field: FormField): InputBlock['element'] {
  if (field.kind === 'date-time') return { type: 'datetimepicker', action_id: inputId };
  if (field.kind === 'text') return { type: 'plain_text_input', action_id: inputId, multiline: field.long, max_length: Math.min(field.lengthMax, limits.section) };
  if (isLong(field)) return { type: 'plain_text_input', action_id: inputId, max_length: modalLimits.optionValue };
  const options = field.options.map(({ value, label }) => ({ value: clip(value, modalLimits.optionValue), text: plain(label, modalLimits.optionText) }));
  const initial = options.find(({ value }) => value === field.initial);
  return field.many ? { type: 'checkboxes', action_id: inputId, options } : { type: 'static_select', action_id: inputId, options, ...(initial ? { initial_option: initial } : {}) };
}

/** Null: it is no form of ours, or not as we made it. */
export function readSubmission({ view }: SubmissionPayload): (z.infer<typeof metadata> & { readonly values: FormValues }) | null {
  const origin = metadata.safeParse(parsed(view.private_metadata));
  if (!origin.success) return null;
  const values: Record<string, string | string[]> = {};
  for (const [block, { [inputId]: input }] of Object.entries(view.state.values)) {
    if (!block.startsWith(fieldPrefix) || input === undefined) return null;
    const value = input.selected_option?.value ?? input.selected_options?.map((each) => each.value) ?? (input.selected_date_time == null ? input.value : `${new Date(input.selected_date_time * 1000).toISOString().slice(0, 16)}Z`);
    if (value != null) Object.defineProperty(values, block.slice(fieldPrefix.length), { value, enumerable: true });
  }
  return { ...origin.data, values };
}

/** What Slack shows at each field. */
export const toFieldErrors = (errors: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(errors).map(([field, says]) => [`${fieldPrefix}${field}`, clip(says, modalLimits.label)]));

function parsed(text: string): unknown {
  try { return JSON.parse(text); } catch { return null; }
}
