import { fine, notice, wrong, type Diagnosis } from '../core/diagnosis.js';

/** One query; rows as the database gives them. */
export type Query = (sql: string) => Promise<readonly Record<string, unknown>[]>;

const versionMin = 150_000;
/** Schedules, approvals and expiry use wall time; beyond this two nodes would disagree about them. */
const clockSkewMaxMs = 2_000;

export interface DatabaseContext { readonly query: Query; readonly now: () => number; readonly schemaKnown: number; /** Newest entry that this node has read. */ readonly seqRead: () => number }

/** Version, durability, schema, the journal's end, the clocks and free connections. An unreachable database is one finding, not six. */
export async function diagnoseDatabase({ query, now, schemaKnown, seqRead }: DatabaseContext): Promise<Diagnosis[]> {
  try {
    const [settings] = await query(`select current_setting('server_version') as version, current_setting('server_version_num')::int as number, current_setting('fsync') as fsync, current_setting('full_page_writes') as pages,
      current_setting('synchronous_commit') as commits, current_setting('max_connections')::int as most, (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used`);
    const { version, number, fsync, pages, commits, most, used } = settings as { version: string; number: number; fsync: string; pages: string; commits: string; most: number; used: number };
    const loose = [['fsync', fsync], ['full_page_writes', pages], ['synchronous_commit', commits]].filter(([, value]) => value === 'off').map(([name]) => name!);
    const before = now();
    const [clock] = await query("select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as at");
    const after = now();
    return [
      number >= versionMin ? fine('database', `PostgreSQL ${version} answers`) : wrong('database', `PostgreSQL ${version} is older than 15, the oldest that Lifeboat is made for.`, 'Upgrade the server named in DATABASE_URL.'),
      loose.length === 0 ? fine('durability', 'fsync, full_page_writes and synchronous_commit are on') : wrong('durability', `${loose.join(' and ')} ${loose.length === 1 ? 'is' : 'are'} off: after a power cut the journal may lose steps that were done, and they would be done again.`, loose.map((name) => `alter system set ${name} = on;`).join(' ') + ' select pg_reload_conf();'),
      most - used < 10 ? notice('connections', `${used} of ${most} are in use; a few more and Lifeboat cannot connect.`, 'Raise max_connections, or see who holds them: select application_name, count(*) from pg_stat_activity group by 1;') : fine('connections', `${used} of ${most} in use`),
      await schema(query, schemaKnown),
      await head(query, seqRead()),
      ...(await replicas(query)),
      clocks(Number(clock!.at), before, after),
    ];
  } catch (error) {
    return [wrong('database', `It does not answer: ${error instanceof Error ? error.message : String(error)}`, 'Nothing can be started or decided until it is back; runs wait and go on by themselves. Look at DATABASE_URL and the server, or at postgres.log below LIFEBOAT_VAR.')];
  }
}

async function schema(query: Query, known: number): Promise<Diagnosis> {
  const [row] = await query('select max(version) as version from lifeboat.migration');
  const version = Number(row?.version ?? 0);
  if (version > known) return wrong('schema', `The database is at schema ${version}, this Lifeboat knows ${known}: a newer one wrote it.`, 'Run the newer version on every node.');
  return version === known ? fine('schema', `version ${version}`) : wrong('schema', `The database is at schema ${version}, this Lifeboat needs ${known}.`, 'Restart Lifeboat: it brings the schema up to date at every start.');
}

/** None is no finding: one machine is what most people run. */
async function replicas(query: Query): Promise<Diagnosis[]> {
  const rows = (await query('select application_name as name, sync_state as kind, state from pg_stat_replication order by 1')) as { name: string; kind: string | null; state: string | null }[];
  if (rows.length === 0) return [];
  const names = rows.map(({ name }) => name).join(', ');
  if (rows.some(({ kind }) => kind === null)) return [notice('replicas', `${names} follow this server, but this account may not see how.`, 'As its administrator: grant pg_monitor to the role in DATABASE_URL.')];
  if (rows.some(({ kind, state }) => (kind === 'sync' || kind === 'quorum') && state === 'streaming')) return [fine('replicas', `${names} follow, at least one synchronously: nothing that was acknowledged is lost with this server`)];
  return [notice('replicas', `${names} follow asynchronously: with this server the last moments would be lost, decisions and evidence among them.`, 'To lose nothing: alter system set synchronous_standby_names = \'*\'; select pg_reload_conf(); then every entry waits for the replica. What a loss means: docs/operation.md, "Lifeboat itself at the other site".')];
}

/** The end of the chain only; `lifeboat journal verify` reads all of it. */
async function head(query: Query, seqRead: number): Promise<Diagnosis> {
  const [row] = await query('select h.seq::float8 as seq, h.chain, j.chain as last from lifeboat.head h left join lifeboat.journal j on j.seq = h.seq');
  const { seq, chain, last } = row as { seq: number; chain: string; last: string | null };
  if (seq > 0 && last !== chain) return wrong('journal', `Its head names entry ${seq}, and that entry is ${last === null ? 'missing' : 'another one'}: somebody changed the tables by hand.`, 'Keep the database as it is, and see where the chain breaks: lifeboat journal verify');
  if (seqRead < seq - 1000) return wrong('journal', `This node has read ${seqRead} of ${seq} entries: it shows and decides on an old state.`, 'If it does not catch up within a minute, restart this node; the log says why.');
  return fine('journal', `${seq} entries, head ${chain.slice(0, 12)}`);
}

/** `before` and `after`: when the question left and when the answer came, which is as exact as it gets. */
export function clocks(databaseAt: number, before: number, after: number): Diagnosis {
  const skewMs = databaseAt > after ? databaseAt - after : databaseAt < before ? databaseAt - before : 0;
  if (Math.abs(skewMs) <= clockSkewMaxMs) return fine('clock', `the database's differs from this machine's by ${Math.abs(Math.round(skewMs))} ms or less`);
  return wrong('clock', `The database's clock is ${Math.abs(Math.round(skewMs / 1000))} s ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's: expiry and schedules come at the wrong time.`, 'Let both keep time: timedatectl set-ntp true');
}
