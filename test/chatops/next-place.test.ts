import { beforeEach, describe, expect, test } from '@jest/globals';
import { nextPlace } from '../../src/chatops/next-place.js';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import type { Surface } from '../../src/core/names.js';
import type { OutboxRow, Wanted } from '../../src/ports/outbox.js';
import { anEstate, aPlan, minute, noon, Story } from './fixture.js';

const everywhere: readonly Surface[] = ['slack', 'teams', 'web', 'email', 'sms'];
const asRow = (row: Wanted): OutboxRow => ({ ...row, shown: 0, ref: null, threadRef: null, status: 'queued', attempts: 9, lastError: 'Slack: no connection', createdAt: noon, sentAt: null, provable: false, deliveredAt: null, fellOverTo: null });

describe('a question that reached nobody', () => {
  let story: Story;
  const asked = (key: string): OutboxRow => asRow(wantedMessages(story.entries, story.state, everywhere).find((row) => row.key === key)!);
  const after = (row: OutboxRow | null, surfaces = everywhere): Wanted | null => row && nextPlace(row, story.state, surfaces, story.now);
  beforeEach(() => {
    const estate = anEstate();
    story = new Story({ ...estate, people: estate.people.map((person) => (person.name === 'ben' ? { ...person, phone: '+15550001111' } : person)) });
    story.link('ben', 'T1/UBEN');
    story.add({ type: 'person.linked', person: 'ben', surface: 'teams', identity: 'aad-ben' });
    story.propose();
  });

  test('goes from Slack to Teams, to mail, to a text message, and no further', () => {
    const path: string[] = [];
    for (let row: OutboxRow | null = asked('ask:R-12.1/slack/T1/UBEN'); row;) {
      const next = after(row);
      if (next) path.push(next.key);
      row = next && asRow(next);
    }
    expect(path).toEqual(['ask:R-12.1/teams/aad-ben', 'ask:R-12.1/email/ben@example.com', 'ask:R-12.1/sms/+15550001111']);
  });
  test('is the same message there, to the same person, about the same plan', () => {
    const row = asked('ask:R-12.1/slack/T1/UBEN');
    expect(after(row, ['sms'])).toEqual({ key: 'ask:R-12.1/sms/+15550001111', surface: 'sms', target: { kind: 'person', person: 'ben', identity: '+15550001111' }, threadKey: null, subject: row.subject, tenant: 'cluster01', wanted: row.wanted, editable: false });
  });
  test('skips what has no transport, and what the person does not have', () => {
    expect(after(asked('ask:R-12.1/slack/T1/UBEN'), ['slack', 'email'])?.surface).toBe('email');
    expect(after(asked('ask:R-12.1/email/cy@example.com'))).toBeNull();
  });
  test('goes nowhere once nobody waits for the answer: decided, out of time, or of an older plan', () => {
    const row = asked('ask:R-12.1/slack/T1/UBEN');
    story.approve('ben');
    expect(after(row)).toBeNull();
    story.now += 16 * minute;
    expect(after(asked('ask:R-12.1/email/cy@example.com'))).toBeNull();
  });
  test('of a step in the middle of a run goes on, too', () => {
    const plan = aPlan();
    const question = { ...plan.steps[2]!, id: 'look', kind: 'approval', args: { people: 1, role: 'approver', text: 'The array is cold' }, mutates: false };
    story = new Story(story.state.estate!);
    story.link('ben', 'T1/UBEN');
    story.propose(aPlan({ steps: [...plan.steps, question] }));
    story.grantAndStart();
    story.add({ type: 'step.started', run: 'R-12', step: 'look', attempt: 1, key: 'R-12/look' });
    expect(after(asked('step:R-12/look#1/slack/T1/UBEN'))?.key).toBe('step:R-12/look#1/email/ben@example.com');
  });
  test('what is no question stays where it is: the digits, which may not go by mail, and what became of a run', () => {
    const digits = { ...asked('ask:R-12.1/slack/T1/UBEN'), key: 'number:R-12.1/slack/T1/UBEN', subject: { view: 'matching-number', id: 'R-12.1', seq: 1 } };
    expect(after(digits)).toBeNull();
    expect(after({ ...digits, subject: { view: 'run-outcome', id: 'R-12', seq: 1 } })).toBeNull();
  });
});
