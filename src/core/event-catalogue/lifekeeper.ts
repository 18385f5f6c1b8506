import { rows, type EventEntry } from './entry.js';

/**
 * Messages of LifeKeeper for Windows by their number (seeds/3; reference/lifekeeper-everrun.md 4.2). Severity is ours: 349 is written as an error though it is expected while the peer is down,
 * 354 as a warning though it waits for a decision, 960 and 1681 as information.
 */
const windows = rows('LifeKeeper for Windows', [
  ['LIFEKEEPER_348', 'info', 'system', 'A resource is being taken out of service on the other machine.', null],
  ['LIFEKEEPER_349', 'warning', 'system', 'The other machine was not asked to take a resource out, since communication with it is lost.', 'Expected while the peer is down. If it is not down, find out why nobody reaches it.'],
  ['LIFEKEEPER_354', 'critical', 'system', 'Automatic failover is switched off for the machine that was lost: nothing was restored.', 'A decision is needed: prove that the primary is down, then bring the hierarchy in service by hand.'],
  ['LIFEKEEPER_355', 'critical', 'system', 'All communication paths to a machine failed.', 'Collect evidence whether the machine or the network is down; do not bring anything in service before.'],
  ['LIFEKEEPER_721', 'info', 'system', 'Switchback: the resources that may go back are listed, or there are none.', null],
  ['LIFEKEEPER_959', 'info', 'system', 'One communication path is back.', null],
  ['LIFEKEEPER_960', 'warning', 'system', 'One communication path failed.', 'Repair it before the last one fails, too.'],
  ['LIFEKEEPER_968', 'info', 'system', 'The event for a lost machine was raised.', null],
  ['LIFEKEEPER_1203', 'info', 'system', 'Protection is active for a resource again.', null],
  ['LIFEKEEPER_1278', 'info', 'system', 'Communication with a machine is back.', null],
  ['LIFEKEEPER_1288', 'info', 'system', 'What follows from a machine coming back is done.', null],
  ['LIFEKEEPER_1600', 'info', 'app', 'A resource is monitored here now.', null],
  ['LIFEKEEPER_1681', 'critical', 'app', 'Another machine reports that a resource failed: failover to this one begins.', 'Watch the failover; repair the other machine.'],
  ['LIFEKEEPER_6001', 'info', 'app', 'An IP resource is in service.', null],
  ['LIFEKEEPER_6013', 'info', 'app', 'An IP resource is being brought in service.', null],
  ['LIFEKEEPER_12043', 'info', 'app', 'A volume is being brought in service.', null],
  ['LIFEKEEPER_12044', 'info', 'app', 'A volume is in service.', null],
  ['LIFEKEEPER_13203', 'info', 'app', 'A list of shares is being brought in service.', null],
  ['LIFEKEEPER_13204', 'info', 'app', 'A list of shares is in service.', null],
  ['LIFEKEEPER_13290', 'warning', 'app', 'One share could not be brought back; the takeover goes on without it.', 'Share it by hand.'],
]);

/** Traps below 1.3.6.1.4.1.7359.1.0 (reference/lifekeeper-everrun.md 4.3). */
const traps = rows('LifeKeeper trap', [
  ['LIFEKEEPER_TRAP_100', 'info', 'system', 'LifeKeeper has started.', null],
  ['LIFEKEEPER_TRAP_101', 'warning', 'system', 'LifeKeeper is shutting down.', 'Nothing is protected there meanwhile.'],
  ['LIFEKEEPER_TRAP_102', 'warning', 'system', 'LifeKeeper has shut down.', 'Nothing is protected there until it is started again.'],
  ['LIFEKEEPER_TRAP_110', 'info', 'app', 'A switchover by hand has begun.', null],
  ['LIFEKEEPER_TRAP_111', 'info', 'app', 'A switchover by hand is done.', null],
  ['LIFEKEEPER_TRAP_112', 'critical', 'app', 'A switchover by hand failed for some resources.', 'See which; bring them in service by hand.'],
  ['LIFEKEEPER_TRAP_120', 'critical', 'system', 'A node has failed; each surviving node says so.', 'Watch what is recovered (121, 122).'],
  ['LIFEKEEPER_TRAP_121', 'info', 'system', 'What the failed node ran is recovered.', null],
  ['LIFEKEEPER_TRAP_122', 'critical', 'system', 'Some of what the failed node ran could not be recovered.', 'See which; bring them in service by hand.'],
  ['LIFEKEEPER_TRAP_130', 'warning', 'app', 'A resource is being recovered.', null],
  ['LIFEKEEPER_TRAP_131', 'critical', 'app', 'A resource could not be recovered here.', 'A backup may still take it; look whether one did.'],
  ['LIFEKEEPER_TRAP_132', 'info', 'app', 'A resource is recovered.', null],
  ['LIFEKEEPER_TRAP_140', 'info', 'system', 'A communication path is up.', null],
  ['LIFEKEEPER_TRAP_141', 'warning', 'system', 'A communication path is down.', 'Repair it before the last one fails, too.'],
]);

export const lifekeeperEvents: readonly EventEntry[] = [...windows, ...traps];
