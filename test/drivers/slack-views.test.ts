import { describe, expect, test } from '@jest/globals';
import type { InputBlock, KnownBlock, View } from '@slack/types';
import { homeBlocksMax, homeSizeMax, toHomeView } from '../../src/drivers/channel/slack/home-view.js';
import { cardModal, modalLimits, readSubmission, shell, toFieldErrors, toModal } from '../../src/drivers/channel/slack/modal.js';
import { submissionPayload } from '../../src/drivers/channel/slack/payloads.js';
import type { Card, Form, FormField } from '../../src/ports/channel.js';

const card = (changes: Partial<Card> = {}): Card => ({ heading: 'Heading', body: 'Body', text: 'Text', actions: [], tone: 'info', ...changes });
const origin = { conversation: 'C1', home: false };
const options = (count: number, length = 10): { value: string; label: string }[] => Array.from({ length: count }, (_, index) => ({ value: `${index}`.padEnd(Math.min(length, 150), 'v'), label: `${index} `.padEnd(length, 'label ') }));
const field = (more: Partial<FormField> = {}): FormField => ({ name: 'scope', label: 'What', hint: null, required: true, kind: 'choice', many: false, options: options(3), initial: null, ...more } as FormField);
const aForm = (changes: Partial<Form> = {}): Form => ({ name: 'move', about: null, title: 'Move', text: 'What happens.', submit: 'Make', typed: 'move site', fields: [field()], ...changes });

/** Everything that Slack would refuse in a view, by its documented numbers. */
function violations(view: View): string[] {
  const found: string[] = [];
  const check = (what: string, size: number, max: number): void => { if (size > max || size === 0) found.push(`${what}: ${size} of ${max}`); };
  check('blocks', view.blocks.length, 100);
  if (view.type === 'modal') {
    for (const [what, text] of [['title', view.title], ['submit', view.submit], ['close', view.close]] as const) if (text) check(what, text.text.length, 24);
    if (view.private_metadata !== undefined) check('private_metadata', view.private_metadata.length, 3000);
    check('callback', view.callback_id?.length ?? 0, 255);
    if (view.blocks.some(({ type }) => type === 'input') !== (view.submit !== undefined)) found.push('inputs need a submit, and nothing else has one');
  }
  const ids = view.blocks.flatMap((block) => (block as KnownBlock).block_id ?? []);
  if (new Set(ids).size !== ids.length) found.push('a block id twice');
  for (const block of view.blocks as KnownBlock[]) {
    if (block.type === 'section') check('section', block.text?.text.length ?? 0, 3000);
    if (block.type === 'actions') {
      const actions = block.elements.map((element) => ('action_id' in element ? element.action_id : undefined));
      if (new Set(actions).size !== actions.length) found.push('an action id twice in a block');
    }
    if (block.type !== 'input') continue;
    check('label', block.label.text.length, 2000);
    if (block.hint) check('hint', block.hint.text.length, 2000);
    if (block.element.type === 'static_select' || block.element.type === 'checkboxes') {
      check('options', block.element.options?.length ?? 0, block.element.type === 'checkboxes' ? 10 : 100);
      for (const option of block.element.options ?? []) { check('option', option.text.text.length, 75); check('value', option.value?.length ?? 0, 150); }
    }
    if (block.element.type === 'plain_text_input') check('length', block.element.max_length ?? 0, 3000);
  }
  return found;
}

describe('a modal keeps to Slack\'s limits', () => {
  test.each<[string, Form]>([
    ['as it is', aForm()],
    ['a title and a button of a hundred characters', aForm({ title: 't'.repeat(100), submit: 's'.repeat(100) })],
    ['a text without end', aForm({ text: 'x'.repeat(10_000) })],
    ['a hundred options', aForm({ fields: [field({ options: options(100) } as Partial<FormField>)] })],
    ['more options than a list can show', aForm({ fields: [field({ options: options(101) } as Partial<FormField>)] })],
    ['options with long labels and values', aForm({ fields: [field({ options: options(5, 300) } as Partial<FormField>)] })],
    ['more boxes than ten', aForm({ fields: [field({ many: true, options: options(11) } as Partial<FormField>)] })],
    ['a label and a hint without end', aForm({ fields: [field({ label: 'l'.repeat(5000), hint: 'h'.repeat(5000) })] })],
    ['120 fields', aForm({ fields: Array.from({ length: 120 }, (_, index) => field({ name: `f${index}` })) })],
    ['a text longer than Slack takes', aForm({ fields: [{ name: 'reason', label: 'Why', hint: null, required: false, kind: 'text', lengthMax: 9000, long: true }] })],
  ])('%s', (_title, form) => expect(violations(toModal(form, origin))).toEqual([]));
  test('the shell and a refusal in its place do, too', () => {
    expect(violations(shell())).toEqual([]);
    expect(violations(cardModal(card({ heading: 'h'.repeat(200), body: 'body '.repeat(20_000) })))).toEqual([]);
  });
  test('what is too long for a list is written, and the hint shows how', () => {
    const [, input] = toModal(aForm({ fields: [field({ options: options(101) } as Partial<FormField>)] }), origin).blocks as [KnownBlock, InputBlock];
    expect([input.element.type, input.hint!.text]).toEqual(['plain_text_input', expect.stringContaining('101 are possible')]);
  });
});

describe('what comes back', () => {
  const sent = (view: object) => readSubmission(submissionPayload.parse({ user: { id: 'U1' }, trigger_id: 't1', view: { id: 'V1', callback_id: 'lifeboat:form', private_metadata: toModal(aForm({ about: 'R-12' }), origin).private_metadata, state: { values: {} }, ...view } }));
  test('knows its form, what it was about and where it was opened', () => expect(sent({})).toEqual({ form: 'move', about: 'R-12', ...origin, values: {} }));
  test('a field that is called like a part of every object is a field like others', () => {
    const back = sent({ state: { values: JSON.parse('{"field:__proto__":{"value":{"value":"x"}}}') } });
    expect([Object.keys(back!.values), Object.getPrototypeOf(back!.values)]).toEqual([['__proto__'], Object.prototype]);
  });
  test.each([['not JSON', 'x{'], ['null', 'null'], ['with more in it', '{"form":"move","about":null,"conversation":null,"home":false,"as":"ana"}'], ['of an unknown form', '{"form":"rm","about":null,"conversation":null,"home":false}']])('metadata %s is nobody\'s', (_title, text) => expect(sent({ private_metadata: text })).toBeNull());
  test('errors stand at the blocks of their fields', () => expect(toFieldErrors({ at: 'x'.repeat(9000) })['field:at']!.length).toBe(modalLimits.label));
});

describe('the home tab keeps to Slack\'s limits', () => {
  const actions = (count: number): Card['actions'] => Array.from({ length: count }, (_, index) => ({ id: `o${index}`, verb: 'form' as const, label: `L${index}`, style: 'plain' as const }));
  test.each<[string, Card[]]>([['a few cards', [card(), card({ actions: actions(4) })]], ['two hundred cards', Array.from({ length: 200 }, () => card())], ['cards of the greatest size', Array.from({ length: 60 }, () => card({ body: 'body \n'.repeat(20_000) }))]])('%s', (_title, cards) => {
    const view = toHomeView(cards);
    expect(violations(view)).toEqual([]);
    expect(view.blocks.length).toBeLessThanOrEqual(homeBlocksMax);
    expect(JSON.stringify(view.blocks).length).toBeLessThanOrEqual(homeSizeMax);
  });
  test('what does not fit is left out from the end, and it says so', () => {
    const view = JSON.stringify(toHomeView([card({ heading: 'First' }), ...Array.from({ length: 200 }, () => card())]));
    expect(view).toMatch(/First.*There is more than fits here/);
  });
});
