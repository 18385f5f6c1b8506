import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer } from '../../src/core/answer.js';
import type { Surface } from '../../src/core/names.js';
import type { RunStatus } from '../../src/core/run-state.js';
import { createRender, type Render } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import { answerView, blockText } from '../../src/chatops/views/answer.js';
import { approvalRequestView, planView } from '../../src/chatops/views/approval.js';
import { incidentView, notificationView } from '../../src/chatops/views/incident.js';
import { outcomeView } from '../../src/chatops/views/outcome.js';
import { runView } from '../../src/chatops/views/run.js';
import { schemas } from '../../src/chatops/views/schemas.js';
import { storyView } from '../../src/chatops/views/story.js';
import type { View } from '../../src/chatops/views/view.js';
import { limits, toSlackMessage } from '../../src/drivers/channel/slack/blocks.js';
import { anEstate, anIncident, aPlan, minute, noon, Story, templateDirectory } from './fixture.js';
import { inStatus } from './statuses.js';

let render: Render;
beforeAll(() => { render = createRender(loadTemplates(templateDirectory)); });
const surfaces: readonly Surface[] = ['slack', 'web', 'email', 'sms', 'cli'];
const plain = (view: View, now = noon): string => { const card = render(view, 'cli', { timeZone: 'UTC', now }); return `${card.heading}\n${card.body}`; };

const of = (status: RunStatus): { story: Story; view: View } => { const story = inStatus[status](); return { story, view: runView(story.run(), story.state, story.context) }; };
const everyStatus = Object.keys(inStatus) as RunStatus[];

describe('the card of a run', () => {
  test.each(everyStatus)('%s keeps its schema, renders on every surface, and fits Slack', (status) => {
    const { story, view } = of(status);
    expect(schemas.run.safeParse(view.data).error).toBeUndefined();
    for (const surface of surfaces) {
      const card = render(view, surface, { timeZone: 'Asia/Tokyo', now: story.now });
      expect(card.body).not.toMatch(/undefined|null|\[object|NaN|Invalid/);
      expect(card.text).not.toMatch(/undefined|null|\[object|NaN|Invalid/);
      if (surface === 'slack') expect(JSON.stringify(toSlackMessage(card).blocks).length).toBeLessThan(limits.total);
      if (surface === 'web') expect(card.body.replace(/<\/?(?:strong|code|ul|ol|li)>|<br>/g, '')).not.toMatch(/[<>]/);
      if (surface === 'sms') expect(card.body.length).toBeLessThanOrEqual(160);
    }
  });

  test.each<[RunStatus, RegExp[]]>([
    ['proposed', [/^\[UNPLANNED MOVE\] customerA → service_provider · R-12/, /Loss: up to 8 s of writes/, /Cannot be undone from step 2 on/, /oldest 12 s ago/, /3 steps, about 6 m/, /legacy: hdisk9 is not mirrored/, /Asked by Ana Silva: "array controller dead"/, /People 1 of 2: Ana Silva \(asked\)/, /Waiting for 1 of: Ben Okoye, Cy Young/, /Expires 14:17 UTC \(in 15 m\): then nothing runs/, /`approve R-12`/, /`hold R-12`/, /as of 14:02:10 UTC/]],
    ['granted', [/^\[APPROVED\]/, /Approved by Ben Okoye 14:02 UTC \(plan `[0-9a-f]{6}`\)/]],
    ['running', [/^\[RUNNING\]/, /Step 1 of 3 done/, /Now: fail the storage of HG_A over to service_provider/, /point of no return is passed/, /`hold R-12`/]],
    ['withdrawn', [/^\[WITHDRAWN\]/, /Ana Silva withdrew it 14:02 UTC: "the array is back"\. Nothing ran\./]],
    ['held', [/^\[ON HOLD\]/, /by Dee Roy: "wait for the network team"/, /`resume R-12`/]],
    ['parked', [/^\[NEEDS PEOPLE\]/, /The array does not answer\./, /Look at the array salocal_A\./, /`resume R-12`/, /`cancel R-12`/]],
    ['cancelling', [/^\[CANCELLING\]/, /Ben Okoye cancels it/]],
    ['succeeded', [/^\[DONE\]/, /2 out of 2 VMs have been successfully moved/, /Took 5 m 41 s, predicted 6 m\./, /2 VMs now at snorlax: payroll, billing/]],
    ['exceptions', [/^\[DONE WITH EXCEPTIONS\]/, /billing: started late/]],
    ['failed', [/^\[FAILED\]/]],
    ['cancelled', [/^\[CANCELLED\]/]],
    ['rejected', [/^\[REJECTED\]/, /Ben Okoye rejected it 14:02 UTC: "use the other array"\. Nothing ran\./]],
    ['expired', [/^\[EXPIRED\]/, /Not approved in time \(1 of 2\)\. Nothing ran\./]],
  ])('%s says what matters', (status, patterns) => {
    const { story, view } = of(status);
    const text = plain(view, story.now);
    for (const pattern of patterns) expect(text).toMatch(pattern);
  });

  test('a run that waits for a lock says its place and names nobody else', () => {
    const story = inStatus.granted();
    story.add({ type: 'plan.proposed', plan: aPlan({ run: 'R-9', tenant: 'cluster02', title: 'move of customerB' }), expiresAt: null });
    story.add({ type: 'lock.acquired', run: 'R-9', keys: ['host:u2'] });
    story.add({ type: 'lock.requested', run: 'R-12', keys: ['host:u2', 'group:HG_A'], rank: [1, 1] });
    const text = plain(runView(story.run(), story.state, story.context));
    expect(text).toMatch(/Queued, position 1\./);
    expect(text).not.toMatch(/cluster02|customerB|R-9/);
  });

  test('before its first irreversible step it says that the point of no return is ahead', () => {
    const story = inStatus.granted();
    story.add({ type: 'run.started', run: 'R-12' });
    expect(plain(runView(story.run(), story.state, story.context))).toMatch(/point of no return is still ahead/);
  });

  test('a finished move names the cleanup and resync that are still to do, with the command', () => {
    const story = inStatus.running();
    story.add({ type: 'step.finished', run: 'R-12', step: 'start', attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [], changes: [
      { kind: 'pending', group: 'HG_A', work: 'cleanup', site: 'customerA', open: true, because: 'VMs are left there' }, { kind: 'pending', group: 'HG_A', work: 'resync', site: 'service_provider', open: true, because: 'nothing is mirrored' }] });
    story.finish();
    expect(plain(runView(story.run(), story.state, story.context))).toMatch(/cleanup customerA \(VMs are left there\): `cleanup site customerA`/);
  });

  test('a revised plan says what changed and whose approval it took', () => {
    const story = inStatus.proposed();
    story.approve('ben');
    story.add({ type: 'plan.revised', plan: aPlan({ epoch: 2 }), expiresAt: noon + minute, changes: [{ what: 'virtual machines', before: 'payroll', after: 'payroll, billing' }], voided: ['ben'] });
    const text = plain(runView(story.run(), story.state, story.context));
    expect(text).toMatch(/The plan changed 0 s ago; the approval of Ben Okoye no longer counts/);
    expect(text).toMatch(/virtual machines: payroll → payroll, billing/);
    expect(text).toMatch(/People 1 of 2/);
  });

  test('a huge estate still fits one message', () => {
    const vms = Array.from({ length: 2000 }, (_, index) => `a-rather-long-name-of-a-virtual-machine-${index}`);
    const story = new Story();
    story.propose(aPlan({ vms, excluded: vms.map((vm) => ({ vm, why: 'its disk is not mirrored' })), evidence: vms.map((vm) => ({ saw: `${vm} is down`, by: 'HMC vmhmc1', at: noon })) }));
    const card = render(runView(story.run(), story.state, story.context), 'slack', { timeZone: 'UTC', now: noon });
    expect(card.body.length).toBeLessThan(6000);
    expect(card.body).toContain('and more');
  });

  test('a question that became pointless says so', () => {
    const story = inStatus.proposed();
    story.add({ type: 'plan.expired', run: 'R-12', why: 'what it was proposed for (I-3) is over.' });
    expect(plain(runView(story.run(), story.state, story.context))).toMatch(/No longer needed: what it was proposed for \(I-3\) is over\. Nothing ran\./);
  });

  test('the reader\'s zone decides the time, and another day is named', () => {
    const { view } = of('proposed');
    const card = render(view, 'cli', { timeZone: 'Asia/Tokyo', now: noon });
    expect(card.body).toMatch(/Expires 23:17 GMT\+9/);
    expect(render(view, 'cli', { timeZone: 'UTC', now: noon - 86_400_000 }).body).toMatch(/Expires 21 Nov 14:17 UTC/);
  });
});

const request = (story: Story, reader = 'ben', epoch = 1): View => approvalRequestView(story.run(), reader, epoch, story.state, story.context);

describe('what an approver gets', () => {
  test('the same facts, and by mail one link that decides nothing by being opened', () => {
    const story = inStatus.proposed();
    const card = render(request(story), 'email', { timeZone: 'UTC', now: noon });
    expect(card.heading).toBe('[DR R-12] Approval needed: unplanned move customerA → service_provider (expires 14:17 UTC)');
    expect(card.text.match(/https:\/\//g)?.length).toBe(1);
    expect(card.body).toMatch(/Opening the page decides nothing/);
    expect(card.actions).toEqual([]);
  });
  test('the attestation is spelt out', () => {
    const story = new Story();
    story.propose(aPlan({ gate: { people: 2, role: 'approver', expiresInMs: minute, attest: 'pbrazos' } }));
    expect(plain(request(story))).toMatch(/Every approver attests that pbrazos is down and stays down/);
    expect(plain(request(story))).toMatch(/`approve R-12 attest=pbrazos`/);
  });
  test.each<[string, (story: Story) => void, number, RegExp]>([
    ['after a rejection', (story) => { story.add({ type: 'plan.rejected', run: 'R-12', by: 'cy', reason: null }); }, 1, /Rejected by Cy Young\. Nothing ran/],
    ['after expiry', (story) => { story.add({ type: 'plan.expired', run: 'R-12', why: null }); }, 1, /Not approved in time/],
    ['after the deadline, before anybody wrote it down', (story) => { story.now += 16 * minute; }, 1, /Not approved in time/],
    ['after the grant', (story) => { story.approve('cy'); story.grantAndStart(); }, 1, /Approved by Cy Young\. The run is running/],
    ['after the own approval', (story) => { story.approve('ben'); }, 1, /You approved this plan/],
    ['after the plan changed', (story) => { story.add({ type: 'plan.revised', plan: aPlan({ epoch: 2 }), expiresAt: null, changes: [], voided: [] }); }, 1, /changed after this was sent/],
  ])('%s nothing is open any more', (_title, happen, epoch, words) => {
    const story = inStatus.proposed();
    happen(story);
    const view = request(story, 'ben', epoch);
    expect(view.data).toMatchObject({ open: false });
    expect(plain(view, story.now)).toMatch(words);
  });
});

describe('the other messages', () => {
  test('the plan names every step and marks what cannot be undone', () => {
    const story = inStatus.proposed();
    const view = planView(story.run(), story.state, story.context);
    expect(schemas.plan.safeParse(view.data).error).toBeUndefined();
    expect(plain(view)).toMatch(/1\. check that pbrazos is down \(about 6 s\)\n2\. \[cannot be undone\] fail the storage/);
  });
  test('a plan of 20,000 steps says how many it leaves out', () => {
    const step = aPlan().steps[0]!;
    const story = new Story();
    story.propose(aPlan({ steps: Array.from({ length: 20_000 }, (_, index) => ({ ...step, id: `s${index}` })) }));
    expect(plain(planView(story.run(), story.state, story.context))).toMatch(/and 19960 more/);
  });
  test('an incident shows what was seen, by whom and how old, and what is proposed', () => {
    const story = inStatus.proposed();
    story.add({ type: 'incident.opened', incident: anIncident({ proposedRun: 'R-12' }) });
    const view = incidentView(story.state.incidents.get('I-3')!, story.state, story.context);
    expect(schemas.incident.safeParse(view.data).error).toBeUndefined();
    const text = plain(view);
    for (const words of [/^\[CRITICAL\] pbrazos is down · I-3/, /HOST_FAILURE host pbrazos at customerA \(cluster01\)/, /pbrazos: No Connection \(by HMC vmhmc1, 12 s ago\)/, /Lifeboat proposes unplanned move of customerA to service_provider/, /Nothing moves without approval/]) expect(text).toMatch(words);
  });
  test('a notification fits one SMS, names the event and the run', () => {
    const story = inStatus.proposed();
    story.add({ type: 'incident.opened', incident: anIncident({ proposedRun: 'R-12' }) });
    const card = render(notificationView(story.state.incidents.get('I-3')!, story.state, story.context), 'sms', { timeZone: 'UTC', now: noon });
    expect(card.body).toBe('DR I-3 HOST DOWN pbrazos at customerA 14:01 UTC. Proposed R-12, needs approval: chat or console.');
    expect(card.text).toBe(card.body);
  });
  test('no SMS uses a word that a carrier takes as an order', () => {
    for (const status of everyStatus) {
      const story = inStatus[status]();
      const body = render(approvalRequestView(story.run(), 'ben', 1, story.state, story.context), 'sms', { timeZone: 'UTC', now: noon }).body;
      expect(body).not.toMatch(/^(stop|yes|cancel|end|quit|start)\b/i);
      expect(body.length).toBeLessThanOrEqual(160);
    }
  });
  test('the requester hears the outcome of a refusal, too', () => {
    const story = inStatus.rejected();
    const view = outcomeView(story.run(), story.state, story.context);
    expect(schemas['run-outcome'].safeParse(view.data).error).toBeUndefined();
    expect(plain(view)).toMatch(/You asked for unplanned move.*Ben Okoye rejected it: use the other array\. Nothing ran\./);
  });
  test('every line of the story keeps its schema', () => {
    for (const status of everyStatus) {
      const story = inStatus[status]();
      for (const entry of story.entries) {
        const view = story.state.runs.size > 0 ? storyView(entry, story.run(), story.state) : null;
        if (view) expect(schemas.story.safeParse(view.data).error).toBeUndefined();
      }
    }
  });
  test('a line of the story is heard once, not twice', () => {
    const story = inStatus.held();
    const card = render(storyView(story.entries.at(-1)!, story.run(), story.state)!, 'slack', { timeZone: 'UTC', now: noon });
    expect(card.text.match(/Dee Roy/g)?.length).toBe(1);
  });
  test('blocks of which there are none leave no empty frame', () => {
    const view = answerView({ kind: 'blocks', status: 0, title: 'Sites', blocks: [], footer: 'No site to show.', json: null }, new Story(anEstate()).state, { now: noon });
    for (const surface of ['web', 'slack'] as const) expect(render(view, surface, { timeZone: 'UTC', now: noon }).body.trim()).toBe('No site to show.');
  });
  test('blocks are ksysmgr\'s: labels in one column, further values under the first', () => {
    expect(blockText([[{ label: 'Name', value: 'payroll' }, { label: 'Disks', value: ['hdisk1', 'hdisk2'] }], [{ label: 'Name', value: 'billing' }]])).toBe('Name:    payroll\nDisks:   hdisk1\n         hdisk2\n\nName:    billing');
  });
  test.each<[string, Answer, RegExp]>([
    ['a refusal', { kind: 'refusal', status: 2, code: 'not-found', what: 'No site is called "custmerA".', next: 'Did you mean customerA?', command: 'query site' }, /Not done\nNo site is called "custmerA"\.\nDid you mean customerA\?\nTry: `query site`/],
    ['a decision', { kind: 'decision', status: 1, code: 'own-request', run: 'R-12', sentence: 'You asked for this run, so you cannot approve it.', next: ['why R-12'] }, /Not done · R-12\nYou asked for this run.*\nNext: `why R-12`/],
    ['blocks', { kind: 'blocks', status: 0, title: 'Sites', blocks: [[{ label: 'Name', value: 'customerA' }]], footer: '1 site', json: null }, /Sites\nName:\s+customerA\n+1 site/],
    ['help', { kind: 'help', status: 0, title: 'move', lines: ['move site from=A to=B'], examples: ['move site from=customerA to=service_provider'] }, /move\nmove site from=A to=B\n+For example\n- `move site from=customerA/],
    ['plain words of two lines', { kind: 'said', status: 0, text: 'one\ntwo', next: [], json: null }, /Lifeboat\none\ntwo/],
    ['a run that this node has not seen yet', { kind: 'run', status: 0, run: 'R-99', detail: 'card', note: null }, /R-99 is on its way/],
  ])('%s', (_title, answer, words) => {
    const view = answerView(answer, new Story(anEstate()).state, { now: noon });
    expect(schemas[view.name].safeParse(view.data).error).toBeUndefined();
    expect(plain(view)).toMatch(words);
  });
});
