import { beforeEach, describe, expect, test } from '@jest/globals';
import { nextPlace } from '../../src/chatops/next-place.js';
import { wantedMessages } from '../../src/chatops/reconcile.js';
import type { Surface } from '../../src/core/names.js';
import type { OutboxRow, Wanted } from '../../src/ports/outbox.js';
import { anIncident } from '../web/support.js';
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
  describe('bad news to a contact', () => {
    const news = (surface: Surface, identity: string, id = 'I-1'): OutboxRow => asRow({ key: `notification:${id}/${surface}/${identity}`, surface, target: { kind: 'person', person: 'ben', identity }, threadKey: null, subject: { view: 'notification', id, seq: 9 }, tenant: 'cluster01', wanted: 9, editable: false });
    const opened = (severity: 'critical' | 'warning', id = 'I-1', key = 'HOST_FAILURE:pbrazos'): void => { story.add({ type: 'incident.opened', incident: { ...anIncident(id, 'cluster01', 'pbrazos', 'customerA'), key, severity, tenant: 'cluster01', resolvedAt: null, title: 'ben cannot be reached by text message' } }); };
    test('goes from mail to a text message, to Slack, to Teams, and no further', () => {
      opened('critical');
      const path: string[] = [];
      for (let row: OutboxRow | null = news('email', 'ops@example.com'); row;) {
        const next = after(row);
        if (next) path.push(next.key);
        row = next && asRow(next);
      }
      expect(path).toEqual(['notification:I-1/sms/+15550001111', 'notification:I-1/slack/T1/UBEN', 'notification:I-1/teams/aad-ben']);
    });
    test('stays where it is when it is no more than a warning, is over, or nobody\'s', () => {
      opened('warning');
      expect(after(news('email', 'ops@example.com'))).toBeNull();
      opened('critical', 'I-2', 'HOST_FAILURE:snorlax');
      expect(after({ ...news('email', 'ops@example.com', 'I-2'), target: { kind: 'person', person: 'nobody', identity: 'ops@example.com' } })).toBeNull();
      story.add({ type: 'incident.resolved', incident: 'I-2', evidence: [] });
      expect(after(news('email', 'ops@example.com', 'I-2'))).toBeNull();
    });
    test('passes by a phone that sent STOP', () => {
      opened('critical');
      opened('warning', 'I-2', 'CONTACT_UNREACHABLE:sms/+15550001111');
      expect(after(news('email', 'ops@example.com'))?.surface).toBe('slack');
      expect(after(asked('ask:R-12.1/slack/T1/UBEN'), ['slack', 'sms'])).toBeNull();
    });
  });
  test('what is no question stays where it is: the digits, which may not go by mail, and what became of a run', () => {
    const digits = { ...asked('ask:R-12.1/slack/T1/UBEN'), key: 'number:R-12.1/slack/T1/UBEN', subject: { view: 'matching-number', id: 'R-12.1', seq: 1 } };
    expect(after(digits)).toBeNull();
    expect(after({ ...digits, subject: { view: 'run-outcome', id: 'R-12', seq: 1 } })).toBeNull();
  });
});
