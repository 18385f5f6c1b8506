import { runStream } from '../../src/core/event.js';
import { createWebServer } from '../../src/web/server.js';
import { aCard, aPlan, anIncident, createDeps, outboxRow, start } from '../web/support.js';

const hold = { id: 'b-hold', verb: 'hold', label: 'Hold', style: 'plain' } as const;
const approve = {
  id: 'b-approve', verb: 'approve', label: 'Approve R-1', style: 'danger',
  confirm: { title: 'Approve R-1?', text: 'Unplanned move of customerA to service_provider: up to 8 s of writes are lost, and step 1 cannot be undone.', accept: 'Approve the move', deny: 'Go back' },
} as const;
const reject = { id: 'b-reject', verb: 'reject', label: 'Reject', style: 'plain' } as const;

/** The console in the middle of a failure, with everything behind it faked: for the browser suite. */
export async function startConsoleDemo() {
  const made = createDeps();
  const { world, conversations, rows } = made;
  const run = 'R-1';
  world.append(runStream('R-0'), 'cluster02', { type: 'note', about: 'verify', text: 'Daily verification: 2 out of 2 VMs verified', data: null });
  world.open({ ...anIncident('I-1', 'cluster01', 'pbrazos', 'customerA'), proposedRun: run });
  world.propose(aPlan(run, 'cluster01', ['billing', 'payroll']));
  world.append(runStream(run), 'cluster01', { type: 'step.finished', run, step: 'fail-over:HG_A', attempt: 1, outcome: 'done', why: null, remedy: null, probed: false, evidence: [{ saw: 'failed-over, writable', by: 'storage agent sarmeote', at: start }], changes: [
    { kind: 'group', group: 'HG_A', activeSite: 'service_provider', replication: { from: 'service_provider', to: 'customerA', state: 'SUSPENDED', lagMs: null } },
    { kind: 'pending', group: 'HG_A', work: 'cleanup', site: 'customerA', open: true, because: 'customerA was down when its VMs moved away' },
    { kind: 'vm', vm: 'billing', state: 'READY_TO_MOVE', reason: null, power: 'running', host: 'pbrazos' }, { kind: 'vm', vm: 'payroll', state: 'ACTIVE_NEEDS_CLEANUP', reason: null, power: 'running', site: 'service_provider', host: 'snorlax' },
    { kind: 'vm', vm: 'orders', state: 'DISCOVERED', reason: 'hdisk1 is not mirrored', power: 'unknown', unmirrored: ['hdisk1'] },
  ] });
  const channel = 'channel:cluster01';
  const incident = '<strong>HOST_FAILURE</strong> pbrazos at customerA<br>Seen by HMC vmhmc1: No Connection, 12 s old<ul><li>6 VMs stood there</li><li>backup host <strong>snorlax</strong> answers</li></ul>Next: <code>why I-1</code>';
  await conversations.put({ key: 'incident:I-1', conversation: channel, thread: null, card: aCard('Host pbrazos is down', { tone: 'critical', body: incident }) }, start);
  await conversations.put({ key: 'run:R-1', conversation: channel, thread: null, card: aCard('[UNPLANNED MOVE] customerA → service_provider, R-1', { tone: 'warning', body: 'Loss if we go: <strong>up to 8 s of writes</strong>. Cannot be undone after step 1.<br>Needs 2 people, has 0.', actions: [approve, reject, hold] }) }, start + 5_000);
  await conversations.put({ key: 'run:R-1/1', conversation: channel, thread: 'run:R-1', card: aCard('R-1 proposed by Lifeboat', { body: 'Waiting for two approvers.' }) }, start + 6_000);
  await conversations.put({ key: 'ask:R-1/ana', conversation: 'person:ana', thread: null, card: aCard('Your approval is asked for: R-1', { tone: 'warning', actions: [approve, reject] }) }, start + 7_000);
  rows.push(outboxRow('mail:I-1/ana', {}), outboxRow('sms:I-1/ana', { surface: 'sms', target: { kind: 'person', person: 'ana', identity: '+15550001001' }, status: 'failed', attempts: 3, lastError: 'The gateway refused the number.' }));
  const server = await createWebServer(made.deps);
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  return { ...made, server, url };
}
