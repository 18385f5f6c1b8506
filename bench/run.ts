import { approval } from './approval.js';
import { chat } from './chat.js';
import { clientOf, startClient } from './chat/client.js';
import { eventToChannel } from './event-to-channel.js';
import { move } from './move.js';
import { footprintOf, printFootprint } from './move/memory.js';
import { plan } from './plan.js';
import { observe } from './observe.js';
import { runs } from './runs.js';
import { storm } from './storm.js';
import { generatorOf, startGenerator } from './storm/generator.js';
import { receiverOf, startReceiver } from './storm/receiver.js';

const benches: Record<string, () => Promise<void>> = { approval, chat, 'event-to-channel': eventToChannel, move, observe, plan, runs, storm };
const name = process.argv[2] ?? '';
const bench = benches[name];
if (bench) await bench();
else if (name === clientOf) startClient();
else if (name === generatorOf) startGenerator();
else if (name === receiverOf) startReceiver();
else if (name === footprintOf) await printFootprint(Number(process.argv[3]));
else {
  process.stderr.write(`There is no bench '${name}'. Known: ${Object.keys(benches).join(', ')}.\n`);
  process.exitCode = 4;
}
