import { rows, type EventEntry } from './entry.js';

/** Alerts of an Anvil by their level: 1 critical, 2 warning, 3 notice, 4 information (reference/anvil-dr.md 6.2). An alert's text says what it is about. */
const anvil = rows('Anvil', [
  ['ANVIL_CRITICAL', 'critical', 'system', 'An interruption is imminent, or redundancy was lost unexpectedly.', 'Read its text and act at once.'],
  ['ANVIL_WARNING', 'warning', 'system', 'Something wants attention: redundancy was taken away on purpose, or a part is about to fail.', 'Read its text.'],
  ['ANVIL_NOTICE', 'info', 'system', 'Something to be read when there is time.', null],
  ['ANVIL_INFO', 'info', 'system', 'Ordinary noise of a working Anvil.', null],
]);

/** What no source names (reference/ksys.md 7.3), in the same style. */
const lifeboat = rows('Lifeboat', [
  ['OBSERVER_ISOLATED', 'critical', 'system', 'Nobody at all answers: Lifeboat has lost its own network, and what it does not hear proves nothing.', 'Repair the network of Lifeboat. Nothing is done by itself until it hears again.'],
  ['CONTACT_UNREACHABLE', 'warning', 'system', 'Somebody told the carrier STOP, so no text message reaches that phone. Messages go to that person\'s other places.', 'Ask that person to send START to the number that the messages come from. Where START never comes in: delete opt_out NAME reason="..."'],
  ['EVENT_STORM', 'critical', 'system', 'So much happens at once that most of it is counted in one message instead of told one by one.', 'query incident group=I-NUMBER lists all of it. Look at the first critical ones: they were told on their own.'],
  ['QUORUM_NOT_READY', 'warning', 'system', 'A runbook could not be approved now: too few people are there and can be reached.', 'query quorum says who is missing, and what each of them can do.'],
  ['CANARY_FAILED', 'critical', 'system', 'Messages by one way do not get through: a test message could not be sent, edited or removed.', 'lifeboat doctor says what is wrong with that way. Until it works, people are reached by the others.'],
  ['RECEIPTS_MISSING', 'warning', 'system', 'Messages by one way were handed over, and nothing proves that they arrived.', 'query delivery status=sent shows which; lifeboat doctor and the gateway say why. It ends with the next message that is proven.'],
  ['CALL_RECEIPTS_MISSING', 'critical', 'system', 'Messages by one way were handed over, a call for a critical incident among them, and nothing proves that they arrived.', 'Reach whoever is on call by another way; query escalation says who was called. Then look as for RECEIPTS_MISSING.'],
  ['NO_ROUTE_TO_ON_CALL', 'critical', 'system', 'Nobody is on call, or who is on call can be reached by no way: a call tonight would reach nobody.', 'add override on_call=NAME person=NAME for=12h, and repair the way: link a chat account, or put a phone into the estate file.'],
  ['ON_CALL_CALENDAR_UNREADABLE', 'warning', 'system', 'The calendar of an on-call schedule cannot be read. What it said last holds.', 'query on_call NAME shows who is called; repair the calendar\'s address.'],
  ['RESYNC_PENDING', 'warning', 'host_group', 'The side that was left is cleaned up and not mirrored again: there is no second copy.', 'resync site NAME, with a second person\'s yes.'],
  ['VM_ACTIVE_AT_LEFT_SITE', 'critical', 'vm', 'A VM runs at the site that its group has left: it may write to a copy that will be overwritten.', 'Find out which of the two is right; cleanup site NAME powers off what was left.'],
  ['VM_RUNS_TWICE', 'critical', 'vm', 'A VM runs on two hosts at once.', 'Power one of them off at the HMC: the one that nobody uses.'],
  ['VM_RESTART_BLOCKED', 'critical', 'vm', 'A failed VM is not restarted: it is not proven stopped, or no host can take it.', 'why I-NUMBER says what is missing; prove by hand that it is stopped, or make room.'],
  ['VM_PACKET_LOSS', 'warning', 'vm', 'The network of a VM loses packets.', 'Look at its switch and its VIOS.'],
  ['VM_RECOVERED', 'info', 'vm', 'A VM that failed works again.', null],
  ['APP_RECOVERED', 'info', 'app', 'An application that failed works again.', null],
  ['HMC_REACHABLE', 'info', 'hmc', 'An HMC answers again.', null],
  ['STG_REACHABLE', 'info', 'storage_agent', 'A storage array answers again.', null],
]);

export const ownEvents: readonly EventEntry[] = [...anvil, ...lifeboat];
