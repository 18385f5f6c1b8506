import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { takesTexts } from './config/chat-settings.js';
import type { Environment } from './config/environment.js';
import { socketPath } from './config/socket-path.js';
import { writeEstate } from './config/write-estate.js';
import { createButtonMemory } from './chatops/button-memory.js';
import { createAnswerCard, createInboundHandler } from './chatops/inbound.js';
import { createPendingPresses } from './chatops/pending-press.js';
import { wantedMessages } from './chatops/reconcile.js';
import { nextPlace } from './chatops/next-place.js';
import { createMessageRenderer } from './chatops/render-message.js';
import { createRender } from './chatops/render.js';
import { createUnsubscribes } from './chatops/unsubscribe.js';
import { createMailReplies } from './chatops/replies/mail.js';
import { createSmsReplies } from './chatops/replies/sms.js';
import { loadTemplates } from './chatops/templates/load.js';
import type { Answer } from './core/answer.js';
import type { DrEvent, Evidence } from './core/dr-event.js';
import type { Estate } from './core/estate.js';
import { peopleStream } from './core/event.js';
import type { Json, Surface } from './core/names.js';
import { readiness as readinessOf } from './core/readiness.js';
import type { State } from './core/state.js';
import { createDesk } from './desk/create-desk.js';
import { unprovenAfterMs } from './desk/deliveries.js';
import { createInitiative } from './desk/initiative.js';
import { startKeeper } from './desk/keeper.js';
import { entry, record, type DeskParts, type Beside } from './desk/parts.js';
import { revalidate } from './desk/planning.js';
import { printPlans } from './desk/printed.js';
import { startReadinessWatch } from './desk/readiness-watch.js';
import { startWatch } from './desk/watch.js';
import { startSchedule } from './desk/schedule.js';
import { createExternalActions } from './drivers/action/external/actions.js';
import { createIcalCalendar } from './drivers/calendar/ical.js';
import { createPgConversations } from './drivers/channel/web/pg-store.js';
import { configureWorld, estateClock, simulatedFaults, simulatedHypervisor, simulatedStorage } from './drivers/estate/simulated/drivers.js';
import { joinWorld, launchWorld } from './drivers/estate/simulated/launch.js';
import { diagnose } from './doctor/doctor.js';
import { createCronScheduler } from './drivers/schedule/node-cron.js';
import { createBrake } from './durable/brake.js';
import { createSystemClock } from './durable/clock.js';
import { createDbosRuns } from './durable/dbos-runs.js';
import { createExecutor } from './durable/executor.js';
import { startBundledPostgres } from './durable/postgres/launcher.js';
import { createEngine } from './engine/engine.js';
import { createKeyv, holdsAny } from './journal/keyv-store.js';
import { createPostgresCursors } from './journal/cursors.js';
import { createLiveState } from './journal/live-state.js';
import { createErase } from './journal/erase.js';
import { startDailyHead } from './journal/daily-head.js';
import { exportJournal } from './journal/export.js';
import { createPostgresButtonStore, createPostgresOnceStore } from './journal/once.js';
import { createPostgresOutbox } from './journal/outbox.js';
import { createPool } from './journal/pool.js';
import { createPostgresJournal } from './journal/postgres.js';
import { startRetention } from './journal/retention.js';
import { migrate, schemaVersion } from './journal/schema.js';
import { adoptEstate, createApplyEstate, estateDigest } from './estate-desk.js';
import { firstStartNotice } from './first-start.js';
import { createMetrics } from './metrics.js';
import { wantedForContacts } from './notify/contacts.js';
import { startCanary } from './notify/canary.js';
import { startCalendars } from './notify/calendars.js';
import { startDelivery } from './notify/delivery.js';
import { startDigests } from './notify/digests.js';
import { startEscalation } from './notify/escalation.js';
import { startHeartbeat } from './notify/heartbeat.js';
import { createIncidents, tendIncidents } from './notify/incidents.js';
import { createIngest } from './notify/ingest.js';
import { wantedPages } from './notify/pages.js';
import { startRouteWatch } from './notify/route-watch.js';
import { startShifts } from './notify/shifts.js';
import { createOptOuts } from './notify/opt-outs.js';
import { startReceiptWatch } from './notify/receipt-watch.js';
import { createReceipts } from './notify/receipts.js';
import { startNotifyScripts } from './notify/scripts.js';
import type { Secrets } from './ports/secrets.js';
import { loadRunbooks } from './runbook/load.js';
import { createConductor } from './runbook/steps/conductor.js';
import { runDetail } from './web/read-models/runs.js';
import { createWebServer } from './web/server.js';
import { refuseSecond } from './refuse-second.js';
import { createSurfaces } from './surfaces.js';
import { startSnmpTraps } from './snmp-traps.js';
import { createWebhookOut } from './webhook-out.js';
import { webhookWords } from './notify/webhook-out.js';

export interface AppConfig { readonly environment: Environment; readonly estate: Estate; readonly version: string; readonly log: Logger; readonly secrets: Secrets; /** Package folder: templates, runbooks. */ readonly home: string }
/** A storm is worked off in seconds; more than this is a delivery that stands still. */
const behindMax = 20_000;

export interface App { /** The console's address. */ readonly address: string; readonly notices: readonly string[]; stop(): Promise<void> }

/** Wires everything, in the order in which it is needed; `stop` takes it down in the opposite one. Runs go on at the next start. */
export async function startApp({ environment, estate: fileEstate, version, log, secrets, home }: AppConfig): Promise<App> {
  const stops: (() => Promise<unknown> | unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).toReversed()) {
      try { await each(); } catch (error) { log.warn({ cause: error instanceof Error ? error.message : String(error) }, 'Something did not stop cleanly.'); }
    }
  };
  try {
    return await wire();
  } catch (error) {
    await stop();
    throw error;
  }

  async function wire(): Promise<App> {
    await refuseSecond(environment.varDirectory);
    const notices: string[] = [];
    const clock = createSystemClock();
    const bootId = randomUUID();
    const note = (message: string, detail: object): void => { log.warn(detail, message); };
    const runbooks = loadRunbooks(environment.runbooksFolder ?? join(home, 'runbooks'), fileEstate);

    // The world's process and the database start side by side: neither needs the other.
    const world = fileEstate.simulated
      ? environment.worldSocket !== null ? joinWorld(environment.worldSocket) : launchWorld({ folder: join(environment.varDirectory, 'world'), socket: socketPath(environment.varDirectory, 'world'), entry: fileURLToPath(new URL('./drivers/estate/simulated/world/process.js', import.meta.url)) })
      : Promise.reject(new Error(`The estate '${fileEstate.name}' is not simulated, and this version has drivers for simulated estates only. Set 'simulated: true' in ${environment.estateFile} to try it, or use lifeboat events tail with a real KSYS.`));
    world.catch(() => undefined);
    // Also when something else keeps Lifeboat from starting: the world would live on with nobody to stop it.
    stops.push(async () => (await world.catch(() => null))?.stop());
    const postgres = environment.databaseUrl === null ? await startBundledPostgres({ varDirectory: environment.varDirectory, log }) : null;
    if (postgres) stops.push(() => postgres.stop());
    const databaseUrl = environment.databaseUrl ?? postgres!.url;
    const pool = createPool({ connectionString: databaseUrl }, { log });
    stops.push(() => pool.end());
    await migrate(pool);
    const journal = createPostgresJournal(pool, { log });
    stops.push(() => journal.close());
    const live = await createLiveState(journal, { log });
    stops.push(() => live.stop());
    const outbox = createPostgresOutbox(pool);
    const once = createPostgresOnceStore(pool);
    const buttons = createButtonMemory(createPostgresButtonStore(pool));

    const running = await world;
    const estateNotice = await adoptEstate({ journal, live }, fileEstate, environment.estateFile);
    if (estateNotice) notices.push(estateNotice);
    const estate = live.current.estate!;
    const templates = loadTemplates(join(home, 'templates'), environment.templatesFolder === null ? null : { folder: environment.templatesFolder, tenants: estate.tenants.map(({ name }) => name) });
    await configureWorld(running.client, estate);
    const estateTime = await estateClock(running.client);
    const estateClockBase = { wallAt: clock.now(), ...estateTime };

    const actions = createExternalActions(secrets);
    const controller = createConductor({ controller: createEngine({ hypervisor: simulatedHypervisor(running.client, clock), storage: simulatedStorage(running.client, clock), clock }), actions, clock });
    const brake = createBrake((run) => executor.poke(run));
    const executor = createExecutor({
      journal, live, controller, clock, brake, bootId, log: note,
      revalidate: (run, signal) => revalidate({ controller, live, clock, runbooks }, run, signal),
    });
    const runs = await createDbosRuns({ pool, databaseUrl, bootId, home: environment.varDirectory, execute: executor, clock, log });
    stops.push(() => runs.stop());
    let mailShut = (): readonly string[] => [];
    const incidents = createIncidents({ journal, live, clock });
    const parts: DeskParts & { beside: Beside[] } = { beside: [], closeIncident: incidents.close, sighting: { current: null }, deliveries: outbox, waysShut: () => mailShut(), ...(estate.simulated ? { faults: simulatedFaults(running.client) } : {}), journal, live, controller, runs, clock, brake, once, buttons, runbooks, version, log: note, writeEstate, configure: (changed) => configureWorld(running.client, changed), surfaces: ['web', ...(environment.slack === null ? [] : ['slack' as const]), ...(environment.teams === null ? [] : ['teams' as const]), ...(environment.mail === null ? [] : ['email' as const]), ...(environment.sms === null ? [] : ['sms' as const])] };
    const desk = createDesk(parts);
    const initiative = createInitiative(parts);
    const applyEstate = createApplyEstate({ ...parts, configure: parts.configure! });
    const ingest = createIngest({
      journal, live, incidents,
      opened: (incident) => { void initiative.forIncident(incident).catch((error: unknown) => note('nothing could be proposed for an incident', { incident: incident.id, cause: error instanceof Error ? error.message : String(error) })); },
    });
    stops.push(startKeeper(parts));
    stops.push(startRetention({ pool, live, once, clock, keepDays: environment.journalKeepDays, forgetRuns: (before) => runs.forget(before), log: note }));
    stops.push(startDailyHead({ journal, live, clock, log: note }));

    const webhook = createWebhookOut(environment.webhook, estate, { journal, live, clock, cursors: createPostgresCursors(pool), redact: (text) => secrets.redact(text), log: note });
    if (webhook) {
      parts.beside.push({ name: 'Webhook', says: () => webhookWords(webhook.status(), clock.now()) });
      stops.push(() => webhook.stop());
    }

    const metrics = createMetrics(live, webhook);
    const traps = await startSnmpTraps(environment.snmp, { live, ingest, secrets, clock, refused: (why) => metrics.refused('source', why), log: note });
    if (traps) stops.push(() => traps.stop());
    const linkTo = (id: string): string => `${address}/#/${id.startsWith('I-') ? 'incidents' : 'runs'}/${id}`;
    let address = environment.publicUrl ?? `http://127.0.0.1:${environment.port}`;
    const render = createRender(templates, { simulated: estate.simulated });
    const link = async (person: string, surface: Surface, identity: string): Promise<void> => {
      await record(parts, [entry(peopleStream, null, { kind: 'person', person, surface }, { type: 'person.linked', person, surface, identity })]);
    };
    const inbound = createInboundHandler({ live, desk, once, buttons, pending: createPendingPresses(createKeyv(pool, 'press'), clock), render, clock, link, linkTo, log, readiness: () => readinessOf({ state: live.current, runbooks, surfaces: parts.surfaces, now: clock.now() }) });
    const renderMessage = createMessageRenderer({ render, buttons, journal, linkTo, mailAnswers: Boolean(environment.mail?.inboxUrl), smsAnswers: takesTexts(environment.sms) });

    const conversations = await createPgConversations(pool);
    const surfaces = await createSurfaces({ environment, pool, live, desk: parts, inbound, buttons, once, clock, conversations, render, renderMessage, metrics, log, address: () => address });
    stops.push(...surfaces.stops);
    const { channels, slack, teams, email, sms } = surfaces;
    mailShut = () => (email?.status() ?? []).flatMap(({ server, failing }) => (failing === null ? [] : [secrets.redact(`mail server ${server} does not take mail: ${failing}`)]));
    const optOuts = createOptOuts({ incidents, live, clock });
    const receipt = createReceipts({ outbox, optOuts, redact: (text) => secrets.redact(text), log: note });
    const answerCard = createAnswerCard({ live, buttons, render, clock, linkTo });
    const smsReplies = createSmsReplies({ live, desk, buttons, once, clock, linkTo, log, optOuts, answerText: async (answer, caller) => (await answerCard(answer, caller)).text });

    const unsubscribes = createUnsubscribes({ buttons, store: createKeyv(pool, 'unsubscribed'), address: () => address });
    const inbox = email && surfaces.openInbox(createMailReplies({ live, desk, buttons, once, clock, linkTo, log, receipt, answer: email.answer, answerText: async (answer, caller) => (await answerCard(answer, caller)).text }));
    stops.push(() => inbox?.stop());

    const accessToWeb = await createWebServer({
      version, live, desk, inbound, ingest, sources: { secret: (variable) => secrets.get(variable), refused: (why) => metrics.refused('source', why) }, applyEstate, conversations, outbox, journal, faults: estate.simulated ? simulatedFaults(running.client) : null, clock, once, secrets, logger: log,
      describe: async (answer, caller) => ({ text: (await answerCard(answer, caller)).text, json: jsonOf(answer, live.current) }),
      renderKept: async (row) => {
        const card = await renderMessage(row, live.current, clock.now());
        return card === null ? { subject: '', text: 'There is nothing to say any more.', html: null } : { subject: card.heading, text: card.text, html: row.surface === 'email' ? card.body : null };
      },
      estateClock: () => ({ now: Math.round(estateClockBase.now + (clock.now() - estateClockBase.wallAt) * estateClockBase.rate), rate: estateClockBase.rate }),
      sessions: createKeyv(pool, 'session'), tokens: createKeyv(pool, 'token'), directChannels: new Map([...(slack ? [['slack', slack.channel] as const] : []), ...(teams ? [['teams', teams.channel] as const] : [])]), signIns: createKeyv(pool, 'sign-in'), passkeyCounters: createKeyv(pool, 'passkey'), openId: environment.openId,
      ...(slack?.requestListener ? { slackListener: slack.requestListener } : {}),
      ...(sms ? { sms: { doors: sms.doors, reply: smsReplies, receipt } } : {}),
      ...(email ? { unsubscribe: unsubscribes } : {}),
      ...(teams ? { teamsListener: teams.requestListener } : {}),
      metrics: () => metrics.text(),
      ready: () => readiness(),
      trustedProxies: environment.trustedProxies,
      exportJournal: () => exportJournal(pool),
      erase: createErase({ pool, live, conversations, clock }),
      printPlans: () => printPlans(parts),
      diagnose: () => diagnose({
        environment, home, live, runbooks, secrets, surfaces: parts.surfaces, now: () => clock.now(), schemaKnown: schemaVersion, digestOfEstate: estateDigest, slack: () => slack?.status() ?? null, teams: () => teams?.status() ?? null, webhook: () => webhook?.status() ?? null, verifyMail: email && (async () => ({ servers: email.status().length, failing: await email.verify() })), inbox: () => inbox?.status() ?? null, unproven: async () => (await outbox.list({ unprovenMs: unprovenAfterMs, limit: 1_000 })).length,
        query: async (sql) => (await pool.query<Record<string, unknown>>(sql)).rows,
        askWorld: async (signal) => { await estateClock(running.client, signal); return 'the simulated world answers'; },
        sockets: { 'command socket': socketPath(environment.varDirectory, 'lifeboat'), 'world socket': environment.worldSocket ?? socketPath(environment.varDirectory, 'world') },
      }),
      ...(environment.publicUrl ? { publicUrl: environment.publicUrl } : {}),
    });
    stops.push(() => accessToWeb.close());

    const escalation = startEscalation({ journal, live, clock, outbox, log: note });
    stops.push(() => escalation.stop());
    const shown: Surface[] = [...channels.keys(), ...(channels.has('email') ? [] : ['email' as const])];
    const delivery = startDelivery({
      outbox, journal, live, clock, bootId, channels, keptSurfaces: surfaces.kept, redact: (text) => secrets.redact(text), log: note, delivered: metrics.delivered,
      barred: ({ surface, target }) => (target.kind === 'person' ? optOuts.because(surface, target.identity) : null),
      optedOut: ({ surface, target }) => { if (target.kind === 'person') void optOuts.out(surface, target.identity, 'the carrier says that the phone sent STOP').catch((error: unknown) => note('that somebody takes no messages was not noted; the next refusal is', { cause: error instanceof Error ? error.message : String(error) })); },
      wanted: (entries, state) => [...wantedMessages(entries, state, shown), ...wantedForContacts(entries, state), ...wantedPages(entries, state, shown, environment.watch.heartbeatTo)],
      render: (row) => unsubscribes.prepare(row, () => renderMessage(row, live.current, clock.now())), nextPlace: (row, state) => nextPlace(row, state, [...channels.keys()], clock.now()), unreached: (row) => { void escalation.unreached(row); },
    });
    stops.push(() => delivery.stop());
    stops.push(live.onEntries((entries) => { void initiative.after(entries).catch((error: unknown) => note('what follows a run was not started', { cause: error instanceof Error ? error.message : String(error) })); }));

    stops.push(startWatch(parts, incidents, initiative));
    const duty = { live, clock, raised: (event: DrEvent) => incidents.raise(event), cleared: (key: string, evidence: readonly Evidence[]) => incidents.resolve(key, evidence), log: note };
    stops.push(startShifts({ journal, ...duty }), startDigests({ journal, ...duty }), startCalendars({ journal, calendar: createIcalCalendar(), secrets, ...duty }), startRouteWatch({ surfaces: [...channels.keys()], ...duty }), startReceiptWatch({ outbox, ...duty }));
    const { heartbeatUrl, heartbeatTo, canaryTo, canaryEveryMinutes } = environment.watch;
    stops.push(startCanary({ channels, places: canaryTo, everyMs: canaryEveryMinutes * 60_000, once, redact: (text) => secrets.redact(text), ...duty }));
    stops.push(startHeartbeat({ url: heartbeatUrl, told: heartbeatTo.length > 0, journal, sick, ...duty }));
    stops.push(tendIncidents(incidents, clock, note));
    stops.push(startNotifyScripts({ live, once, incidents, actions, clock, log: note }));
    stops.push(startReadinessWatch({ ...parts, raised: (event) => incidents.raise(event), cleared: (key, evidence) => incidents.resolve(key, evidence) }));
    const scheduler = createCronScheduler({ once, log });
    stops.push(() => scheduler.stop());
    stops.push(startSchedule(parts, scheduler, initiative));

    address = await accessToWeb.listen({ port: environment.port, host: environment.host });
    await accessToWeb.listenSocket(socketPath(environment.varDirectory, 'lifeboat'));
    await surfaces.start();
    inbox?.start();
    const firstNotice = firstStartNotice(estate, { address, anybodyKnown: live.current.links.length > 0 || live.current.apiTokens.size > 0 || await holdsAny(pool, ['session', 'token']) });
    if (firstNotice) notices.push(firstNotice);
    if (live.current.runs.size === 0) for (const tenant of estate.tenants) await initiative.discoverAndVerify(tenant, 'start');
    log.info({ address, estate: estate.name, bootId, version }, 'Lifeboat is up.');
    return { address, notices, stop };

    /** What keeps this Lifeboat from being of use; null: nothing. */
    async function sick(): Promise<string | null> {
      const wrong = (await readiness()).checks.find((each) => !each.ok);
      if (wrong) return `${wrong.name}: ${wrong.says}`;
      const behind = live.current.seq - await outbox.cursor('messages');
      return behind > behindMax ? `delivery is ${behind} journal entries behind` : null;
    }

    async function readiness() {
      const checks = await Promise.all([
        check('database', async () => { await pool.query('select 1'); return 'answers'; }),
        check('estate', async () => { await estateClock(running.client); return 'the simulated world answers'; }),
        check('slack', async () => (slack === null ? 'not configured' : slack.status().message), true),
        check('teams', async () => (teams === null ? 'not configured' : teams.status().message), true),
      ]);
      return { ok: checks.every((each) => each.ok), checks };
    }
  }
}

/** What `--json` prints: a query's own form; a run with its plan; anything else as the desk said it. */
function jsonOf(answer: Answer, state: State): Json {
  if ('json' in answer) return answer.json;
  const run = answer.kind === 'run' ? state.runs.get(answer.run) : undefined;
  return JSON.parse(JSON.stringify(run ? { ...answer, plan: runDetail(state, run) } : answer)) as Json;
}

async function check(name: string, look: () => Promise<string>, optional = false): Promise<{ name: string; ok: boolean; says: string }> {
  try {
    return { name, ok: true, says: await look() };
  } catch (error) {
    return { name, ok: optional, says: error instanceof Error ? error.message : String(error) };
  }
}
