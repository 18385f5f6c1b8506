import type { Plan } from './plan.js';

/** What an approver types. An attestation, a number or a target is part of the words: typing them is what they are for. */
export const approveCommand = ({ run, gate }: Pick<Plan, 'run' | 'gate'>): string =>
  `approve ${run}${gate.attest === null ? '' : ` attest=${gate.attest}`}${gate.typedTarget === undefined ? '' : ` target=${gate.typedTarget}`}${gate.numberMatching ? ' number=NN' : ''}`;
