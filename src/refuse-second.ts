import { get } from 'node:http';
import { socketPath } from './config/socket-path.js';

/** Two processes on one data folder would share one database, and the first to stop would end it for both. Several nodes share DATABASE_URL instead. */
export async function refuseSecond(varDirectory: string): Promise<void> {
  const alive = await new Promise<boolean>((resolve) => {
    const call = get({ socketPath: socketPath(varDirectory, 'lifeboat'), path: '/healthz', timeout: 1_000 }, (response) => { response.resume(); resolve(true); });
    call.on('timeout', () => { call.destroy(); });
    call.on('error', () => { resolve(false); });
  });
  if (alive) throw new Error(`Lifeboat is running already with the data folder ${varDirectory}. Use that one (lifeboat query system status), stop it first, or set LIFEBOAT_VAR to another folder.`);
}
