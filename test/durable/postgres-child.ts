import { startBundledPostgres } from '../../src/durable/postgres/launcher.js';
import { quiet } from '../contract/support.js';

/** Starts the database of a var directory, says where, and stops it on SIGTERM. */
const server = await startBundledPostgres({ varDirectory: process.argv[2]!, log: quiet });
const alive = setInterval(() => undefined, 1000);
process.once('SIGTERM', () => { void server.stop().then(() => clearInterval(alive)); });
process.stdout.write(`${JSON.stringify({ pid: server.pid, host: server.connection.host, uid: process.getuid?.() })}\n`);
