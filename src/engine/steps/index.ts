import type { StepKind } from '../step-kind.js';
import { closeCleanup, removeVm } from './cleanup.js';
import { discoverDiskGroup, discoverHost, discoverVm } from './discover.js';
import { migrateVm, validateLpm } from './lpm.js';
import { cloneGroup, closeRehearsal, defineTestVm, evictTests, removeClone, removeTestVm, startTestVm, stopTestVm } from './rehearsal.js';
import { cleanSource, haStopVm, pauseHa, rebootVm, restartVm, resumeHa } from './restart.js';
import { confirmStopped, powerOffVm, stopVm, tryStopVm } from './stop.js';
import { failOverGroup, resyncGroup, reverseGroup } from './storage.js';
import { defineVm, startVm } from './target.js';
import { joint, verifyVm } from './verify.js';

/** Every kind of step that the engine knows, by the name that plans use. */
export const stepKinds: Readonly<Record<string, StepKind>> = {
  'discover-host': discoverHost, 'discover-vm': discoverVm, 'discover-disk-group': discoverDiskGroup,
  'verify-vm': verifyVm, joint,
  'stop-vm': stopVm, 'try-stop-vm': tryStopVm, 'confirm-stopped': confirmStopped, 'power-off-vm': powerOffVm,
  'reverse-group': reverseGroup, 'fail-over-group': failOverGroup, 'resync-group': resyncGroup,
  'define-vm': defineVm, 'start-vm': startVm,
  'pause-ha': pauseHa, 'ha-stop-vm': haStopVm, 'restart-vm': restartVm, 'reboot-vm': rebootVm, 'resume-ha': resumeHa, 'clean-source': cleanSource, 'validate-lpm': validateLpm, 'migrate-vm': migrateVm,
  'clone-group': cloneGroup, 'define-test-vm': defineTestVm, 'start-test-vm': startTestVm, 'stop-test-vm': stopTestVm, 'remove-test-vm': removeTestVm, 'remove-clone': removeClone, 'close-rehearsal': closeRehearsal, 'evict-tests': evictTests,
  'remove-vm': removeVm, 'close-cleanup': closeCleanup,
};
