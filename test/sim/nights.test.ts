import { expect, test } from '@jest/globals';
import type { Act } from './acts/table.js';
import { readNight } from './script.js';
import { playScript } from './seed.js';

const act = (kind: string, what: object): Act => ({ kind, with: what });
const planned = act('ask', { who: 'ana', what: 'planned', tenant: 0, back: false, node: 0 });
const unplanned = (back = false): Act => act('ask', { who: 'ana', what: 'unplanned', tenant: 0, back, node: 0 });
const agree = act('agree', { run: 0, node: 0 });
const rest = act('rest', { minutes: 8 });
const spoilAppend = (fault: string, about: string): Act => act('spoil-append', { fault, about });

/** What seeds have found, as a story of its own: a seed draws another night as soon as a kind of act is added. */
test.each<[string, Act[], string?]>([
  ['no step begins on evidence that is still being written when the process dies', [planned, spoilAppend('crash-before', 'step.finished'), agree, rest]],
  ['nor on evidence that the journal does not take yet', [planned, spoilAppend('unavailable', 'step.finished'), agree, rest]],
  ['a cancelled run whose process dies looks what became of the commands in flight, and starts what they stopped', [planned, agree, act('type', { who: 'ana', what: 'cancel', run: 0, times: 1, node: 0 }), act('restart', { node: 0 }), rest]],
  ['nothing fails over onto the copy that an earlier move left behind', [unplanned(), agree, rest, unplanned(true), agree, rest]],
  ['a step that starts whatever came before is not done again by the next leader', [act('capacity', { host: 'snorlax', memoryMb: 0 }), act('spoil-action', { fault: 'crash' }), act('ask', { who: 'ana', what: 'hooked', tenant: 0, back: false, node: 0 }), agree, rest]],
  ['what a dead process had begun is looked at, also where another step ends the run', [act('capacity', { host: 'snorlax', memoryMb: 0 }), spoilAppend('lost-request', 'step.finished'), act('spoil-action', { fault: 'crash' }), act('ask', { who: 'ana', what: 'hooked', tenant: 0, back: false, node: 0 }), agree, rest], 'two groups'],
  ['a switch whose outcome nobody could tell is found, and leads back to an ordinary day', [planned, agree, act('pass', { minutes: 0.5 }), act('type', { who: 'ana', what: 'cancel', run: 0, times: 1, node: 0 }), act('fault', { fault: 'storage-unreachable', target: 'sarmeote' }), rest, rest]],
  ['a VM that was defined and did not fit is found where its group is now, and is started there', [act('capacity', { host: 'snorlax', memoryMb: 20_000 }), act('ask', { who: 'ana', what: 'unplanned', tenant: 1, back: false, node: 0 }), agree, rest], 'two tenants'],
  ['what a vendor writes into an error reaches no record as long as it looks like a secret', [act('spoil-call', { fault: 'done-and-refused', step: 'define-vm', after: 0 }), act('spoil-call', { fault: 'done-and-refused', step: 'try-stop-vm', after: 0 }), unplanned(), agree, rest]],
  ['a restart that goes by itself stops at its next step when automation is stopped, and ends when it goes on', [act('fault', { fault: 'vm-crash', target: 'ziti001' }), act('pass', { minutes: 4 }), act('automation', { on: false, who: 'dora', node: 0 }), act('pass', { minutes: 3 }), act('automation', { on: true, who: 'ana', node: 0 }), rest], 'small hadr'],
  ['a restart that waited while its VM was moved to the other site does not bring it back across', [act('ask', { who: 'ben', what: 'restart', tenant: 0, back: false, node: 0, which: 1 }), act('fault', { fault: 'storage-unreachable', target: 'sahome' }), act('pass', { minutes: 0.5 }), agree, act('pass', { minutes: 4 }), agree, rest], 'small hadr'],
  ['a VM that only lies defined at the other site has not come there when it is discovered', [act('capacity', { host: 'rt11_8286-42A-2182D1V', memoryMb: 40_000 }), unplanned(), agree, act('pass', { minutes: 1 })], 'small hadr'],
  ['a disaster in the middle of a rehearsal takes its hosts back, and nothing of it is left in the morning', [act('ask', { who: 'ana', what: 'rehearse', tenant: 0, back: false, node: 0 }), agree, act('pass', { minutes: 1.5 }), act('fault', { fault: 'site-down', target: 'home_site' }), act('pass', { minutes: 2 }), unplanned(), agree, rest], 'small hadr'],
])('%s', async (_title, acts, estate = 'tiny') => {
  const { broken } = await playScript(readNight({ estate, nodes: 1, acts }));
  expect(broken).toEqual([]);
});
