import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { tallies } from '../../src/chatops/words/german.js';
import { inGermanSentences } from '../../src/chatops/words/german-answer.js';
import { commands } from '../../src/chatops/words/german-sentences/commands.js';
import { decisions } from '../../src/chatops/words/german-sentences/decisions.js';
import { incidents as incidentSentences } from '../../src/chatops/words/german-sentences/incidents.js';
import type { Decision } from '../../src/core/approval.js';
import { personOf } from '../../src/core/estate.js';
import { rosterOf } from '../../src/core/roster.js';
import { tellDecision } from '../../src/desk/sentences.js';
import { createIncidents } from '../../src/notify/incidents.js';
import { anEvent } from '../notify/support.js';
import { customersEstate } from '../scenarios/lab/estates.js';
import { anEstate, aPlan, noon, Story } from './fixture.js';
import { createRealDesk, type RealDesk } from './real-desk.js';

/** Words that no German sentence of ours holds. */
const english = /\b(?:the|is|not|and|may|you|your|must|nothing|already|whoever|until)\b/i;

describe('the table', () => {
  test.each([...decisions, ...incidentSentences, ...commands])('%s', (sentence, german) => {
    const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([each]) => each);
    expect(placeholders(german).filter((each) => !placeholders(sentence).includes(each))).toEqual([]);
    expect(german.replaceAll(/\{\w+\}|'[^']*'|"[^"]*"|\S+=\S*/g, '')).not.toMatch(english);
  });
  test('a sentence that nobody has translated keeps the whole text English', () => {
    expect(inGermanSentences('R-12 is rejected. Nothing ran.')).toBe('R-12 ist abgelehnt. Nichts ist gelaufen.');
    expect(inGermanSentences('R-12 is rejected. The moon is full.')).toBeNull();
    expect(inGermanSentences('1 more is needed (somebody of another team), from ben.')).toBeNull();
    expect(inGermanSentences('x'.repeat(2_001))).toBeNull();
  });
  test('a text that fits many sentences in part takes no time', () => { expect(inGermanSentences(`Open: ${'a. '.repeat(600)}b`)).toBeNull(); });
});

test('what is counted at the end of a run has German words, all of it', () => {
  const counted = [...readFileSync('src/core/tally.ts', 'utf8').matchAll(/words: '([^']+)'/g)].map((match) => match[1]!);
  expect(counted.length).toBeGreaterThan(10);
  expect(counted.filter((words) => tallies[words] === undefined)).toEqual([]);
});

describe('every decision on a run', () => {
  const glass = { rules: ['no-second-person' as const], reason: 'nobody answers', by: 'ben', at: noon, expiresAt: noon + 3_600_000 };
  const all: readonly Decision[] = [
    { kind: 'granted', by: ['ana', 'ben'], standsFor: 'cy' }, { kind: 'granted', by: ['ben'], standsFor: null, glass }, { kind: 'waiting', missing: 1, needs: [], from: ['ben', 'cy'], standsFor: null }, { kind: 'waiting', missing: 2, needs: [], from: ['ben', 'cy'], standsFor: 'cy' },
    { kind: 'rejected' }, { kind: 'rejecting', missing: 1 }, { kind: 'rejecting', missing: 2 }, { kind: 'withdrawn' }, { kind: 'reason-missing' }, { kind: 'already-decided' }, { kind: 'already-voted' }, { kind: 'counted-already', by: 'cy' }, { kind: 'expired' }, { kind: 'plan-changed' },
    { kind: 'not-your-tenant' }, { kind: 'not-an-approver' }, { kind: 'own-request' }, { kind: 'attestation-missing', host: 'pbrazos' }, { kind: 'target-missing', target: 'customerA' }, { kind: 'target-wrong', target: 'customerA' }, { kind: 'number-missing' }, { kind: 'number-wrong', triesLeft: 1 },
    { kind: 'number-wrong', triesLeft: 2 }, { kind: 'number-wrong', triesLeft: 0 }, { kind: 'number-locked' }, { kind: 'glass-not-allowed', rule: 'x', allowed: [] }, { kind: 'glass-not-allowed', rule: 'x', allowed: ['freeze'] }, { kind: 'glass-needless' },
    { kind: 'glass-not-enough', missing: 1, needs: [], from: ['cy'] },
  ];
  test.each(all.map((decision) => [decision.kind, decision] as const))('%s has German words', (_kind, decision) => {
    const story = new Story();
    story.propose(aPlan());
    const { sentence } = tellDecision(decision, story.run(), personOf(anEstate(), 'ben')!, 'UTC', rosterOf(story.state, noon));
    const german = inGermanSentences(sentence);
    expect([sentence, german === null ? 'no German words' : '']).toEqual([sentence, '']);
    expect(german!.replaceAll(/"[^"]*"/g, '')).not.toMatch(english);
  });
});

describe('a German reader at the desk', () => {
  let desk: RealDesk;
  afterEach(() => desk.lab.close());
  async function setUp() {
    const estate = customersEstate();
    desk = await createRealDesk({ ...estate, people: estate.people.map((person) => (person.name === 'ana' || person.name === 'vic' ? { ...person, language: 'de' as const } : person)) });
    for (const person of ['ana', 'ben', 'vic']) await desk.link(person);
    const incidents = createIncidents({ journal: desk.node.parts.journal, live: desk.node.parts.live, clock: desk.node.parts.clock });
    await incidents.raise(anEvent({ name: 'VIOS_FAILURE', severity: 'warning', entityClass: 'vios', entity: 'vios1', key: 'VIOS_FAILURE:vios1', occurredAt: desk.lab.clock.now() }));
    await desk.node.say('ben', 'move site from=customerA to=service_provider');
    return [...desk.node.state.runs.values()].find(({ status }) => status === 'proposed')!.plan.run;
  }
  const says = async (who: string, line: string): Promise<string> => (await desk.handler.command(desk.from(`T1/U${who}`), line)).card?.text ?? '';

  test('gets answers and refusals in German, whole', async () => {
    const run = await setUp();
    const lines: readonly (readonly [string, string, RegExp])[] = [
      ['ANA', `hold ${run}`, new RegExp(`${run} ist angehalten: .*Um ihn ganz zu beenden, lehnen Sie ihn ab\\.`)], ['ANA', `hold ${run}`, /ist schon angehalten/], ['VIC', `approve ${run}`, new RegExp(`Sie dürfen über ${run} nicht entscheiden: Das verlangt die Rolle approver\\.`)],
      ['ANA', `reject ${run}`, new RegExp(`${run} ist abgelehnt\\. Nichts ist gelaufen\\.`)], ['ANA', `approve ${run}`, new RegExp(`${run} wurde um .* von ana abgelehnt\\.`)], ['ANA', 'approve R-99', /Es gibt keinen Lauf R-99, den Sie sehen dürfen\./],
      ['ANA', 'acknowledge I-1 for=1h', /Sie kümmern sich um I-1 bis .*Ist er dann noch offen, wird er wieder gemeldet\./], ['ANA', 'unacknowledge I-1', /Um I-1 kümmert sich niemand mehr/], ['ANA', 'acknowledge I-9', /Es gibt keinen Vorfall I-9/],
      ['ANA', 'close I-1 reason="seen"', /Bei I-1 \(.*\) geht es um etwas, das Lifeboat selbst beobachtet/], ['VIC', 'close I-1 reason="seen"', /Sie dürfen keinen Vorfall schließen/], ['ANA', 'add silence event=VIOS_* for=2h reason="Firmware"', /L-1: VIOS_\*, alles außer kritisch, alle Mandanten wird bis .* nicht gemeldet\./],
      ['ANA', 'delete silence L-1', /L-1 ist vorbei: .* wird wieder gemeldet\./], ['ANA', 'escalate I-1', /hat keine Kette/], ['ANA', 'frobnicate', /Es gibt keinen Befehl 'frobnicate'\./], ['ANA', 'approve', /approve braucht einen Lauf\./], ['ANA', 'approve "R-12', /Ein Anführungszeichen ist nicht geschlossen\./],
    ];
    for (const [who, line, german] of lines) {
      const answer = await says(who, line);
      expect([line, answer]).toEqual([line, expect.stringMatching(german)]);
      // Titles of incidents come from their sources; commands are the product's words.
      expect([line, answer.replaceAll(/`[^`]*`|Host pbrazos at customerA is Power Off/g, '')]).toEqual([line, expect.not.stringMatching(english)]);
    }
  });
  test('and what has no German words wholly in English, its heading, too', async () => {
    await setUp();
    const answer = await says('ANA', 'move site from=nowhere to=customerA');
    expect(answer).toMatch(/Not done/);
    expect(answer).not.toMatch(/Nicht getan|Weiter:/);
  });
  test('an English reader reads English', async () => {
    const run = await setUp();
    expect(await says('BEN', `hold ${run}`)).toMatch(new RegExp(`${run} is held: it may still be approved`));
  });
});
