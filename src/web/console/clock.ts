import type { MeModel } from '../read-models/me.js';

let known: { readonly clock: MeModel['clock']; readonly at: number } = { clock: { now: 0, rate: 1, wallNow: Date.now() }, at: performance.now() };

/** The server's clocks, carried on by the browser's between its messages. */
export const setClock = (clock: MeModel['clock']): void => { known = { clock, at: performance.now() }; };
export const estateNow = (): number => known.clock.now + (performance.now() - known.at) * known.clock.rate;
export const wallNow = (): number => known.clock.wallNow + (performance.now() - known.at);
export const clockRate = (): number => known.clock.rate;
