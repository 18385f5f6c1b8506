// The simulated world in a process of its own: kill -9 of Lifeboat does not reset it, and its log is the oracle of the tests.
// Arguments: socket path, effect log, and a log of every change that was asked for, if that is wanted: a change asked for twice has one effect.
import { appendFileSync, rmSync } from 'node:fs';
import { keyOf, type WorldCall } from './calls.js';
import { createWorldServer } from './server.js';
import { SimulatedWorld } from './world.js';

const [socket, log, callLog] = process.argv.slice(2);
if (socket === undefined || log === undefined) {
  process.stderr.write('usage: process.js SOCKET EFFECT_LOG [CALL_LOG]\n');
  process.exit(4);
}
/** Nobody asked for so long: Lifeboat is gone for good. The log keeps the world, so nothing is lost. */
const idleMaxMs = 15 * 60_000;
let lastCall = Date.now();
const stop = (): void => {
  rmSync(socket, { force: true });
  process.exit(0);
};
const called = (call: WorldCall): void => {
  lastCall = Date.now();
  const key = keyOf(call);
  if (callLog !== undefined && key !== null) appendFileSync(callLog, `${JSON.stringify({ wallAt: lastCall, key, method: call.method })}\n`);
};
const world = new SimulatedWorld(log);
rmSync(socket, { force: true });
createWorldServer(world, () => setTimeout(stop, 20), called).listen(socket, () => process.stdout.write('ready\n'));
setInterval(() => { if (Date.now() - lastCall > idleMaxMs) stop(); }, 60_000).unref();
process.on('SIGTERM', stop);
// Ctrl-C in the terminal goes to the whole group: Lifeboat ends the world itself, in order.
process.on('SIGINT', () => {});
process.stdout.on('error', () => {});
