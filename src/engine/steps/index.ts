import type { StepKind } from '../step-kind.js';
import { closeCleanup, removeVm } from './cleanup.js';
import { discoverDiskGroup, discoverHost, discoverVm } from './discover.js';
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
  'remove-vm': removeVm, 'close-cleanup': closeCleanup,
};
