import { inGerman } from '../../core/event-catalogue/german.js';

/** What views and buttons say by themselves, in German. Sentences of the planner, of other systems and of people stay as they are. */
const phrases: { readonly [english: string]: string } = {
  // badges
  'APPROVAL NEEDED': 'GENEHMIGUNG NÖTIG', REJECTED: 'ABGELEHNT', WITHDRAWN: 'ZURÜCKGEZOGEN', EXPIRED: 'ABGELAUFEN', APPROVED: 'GENEHMIGT', RUNNING: 'LÄUFT', 'ON HOLD': 'ANGEHALTEN', CANCELLING: 'WIRD ABGEBROCHEN', 'NEEDS PEOPLE': 'BRAUCHT MENSCHEN',
  DONE: 'FERTIG', 'DONE WITH EXCEPTIONS': 'FERTIG MIT AUSNAHMEN', FAILED: 'FEHLGESCHLAGEN', CANCELLED: 'ABGEBROCHEN', QUEUED: 'IN DER WARTESCHLANGE',
  // severities
  critical: 'kritisch', warning: 'Warnung', info: 'Info',
  // kinds
  'planned move': 'geplanter Umzug', 'unplanned move': 'ungeplanter Umzug', 'PLANNED MOVE': 'GEPLANTER UMZUG', 'UNPLANNED MOVE': 'UNGEPLANTER UMZUG', move: 'Umzug', MOVE: 'UMZUG', restart: 'Neustart', RESTART: 'NEUSTART', cleanup: 'Aufräumen', CLEANUP: 'AUFRÄUMEN', resync: 'Neuspiegeln', RESYNC: 'NEUSPIEGELN',
  recover: 'Wiederherstellen', RECOVER: 'WIEDERHERSTELLEN', verify: 'Prüfung', VERIFY: 'PRÜFUNG', discover: 'Erfassung', DISCOVER: 'ERFASSUNG', rehearsal: 'Probe', REHEARSAL: 'PROBE', restore: 'Rückführung', RESTORE: 'RÜCKFÜHRUNG', lpm: 'Live-Verschiebung', LPM: 'LIVE-VERSCHIEBUNG',
  // what a next command does
  approve: 'genehmigen', reject: 'ablehnen', 'stop before the next step': 'vor dem nächsten Schritt anhalten', 'see what was signed': 'ansehen, was unterschrieben ist', 'see it': 'ansehen', 'say that it is done': 'melden, dass es getan ist', 'say that you look after it': 'sagen, dass Sie sich kümmern', 'go on': 'weitermachen', 'who is on call when': 'wer wann Bereitschaft hat',
  'take it back, anyone may': 'zurücknehmen, das darf jeder', 'sign it, as an approver who did not propose it': 'unterschreiben, wer genehmigen darf und es nicht vorschlug', 'see why': 'sehen, warum', 'say no': 'Nein sagen', 'read the plan': 'den Plan lesen', 'or give up': 'oder aufgeben', 'look, then go on': 'ansehen, dann weitermachen',
  'keep it from running': 'nicht laufen lassen', 'keep it back longer': 'länger zurückhalten', 'tell it again now': 'ab jetzt wieder melden', 'how Lifeboat itself is': 'wie es Lifeboat selbst geht', 'go on (needs the quorum again)': 'weitermachen (braucht das Quorum wieder)', 'everything seen so far': 'alles bisher Gesehene', 'every step with its evidence': 'jeder Schritt mit seinen Belegen', cancel: 'abbrechen', 'ask for it': 'anfragen',
  'approve the new plan': 'den neuen Plan genehmigen', answer: 'antworten', 'all runs': 'alle Läufe', 'all open incidents': 'alle offenen Vorfälle', 'all incidents': 'alle Vorfälle', 'after looking, go on': 'nach dem Ansehen weitermachen',
  // why an incident is told once more (core/incident-rules/words.ts)
  'it became worse': 'es wurde schlimmer', 'it goes on, and nobody looks after it': 'es dauert an, und niemand kümmert sich', 'what explained it is over, and it is not': 'was es erklärte, ist vorbei, und es selbst nicht', 'its silence is over, and it is not': 'seine Stummschaltung ist vorbei, und es selbst nicht',
  'it no longer comes and goes: it stays': 'es kommt und geht nicht mehr: es bleibt', 'it no longer comes and goes: it has stayed away for half an hour': 'es kommt und geht nicht mehr: seit einer halben Stunde blieb es weg', 'nobody looks after it any more': 'niemand kümmert sich mehr', 'it is over, but not all that is counted here': 'es ist vorbei, aber nicht alles, was hier gezählt ist',
  // loss (engine/planners)
  none: 'keiner', 'none: every VM is shut down before its storage is reversed': 'keiner: jede VM wird heruntergefahren, bevor ihre Platten umgekehrt werden', 'none: replication is synchronous, and was in sync when it was read last': 'keiner: die Replikation ist synchron und war beim letzten Lesen im Gleichstand',
  'unknown: nobody has read the replication lag': 'unbekannt: niemand hat den Rückstand der Replikation gelesen', 'none: nothing is changed': 'keiner: nichts wird verändert', 'none: production and its replication are not touched': 'keiner: Produktion und Replikation bleiben unberührt', 'what was written in the test VMs': 'was in den Test-VMs geschrieben wurde',
  'what a VM had in memory; its disks are the same': 'was eine VM im Speicher hatte; ihre Platten sind dieselben', 'none: the VMs go on running': 'keiner: die VMs laufen weiter',
  // buttons
  Approve: 'Genehmigen', Reject: 'Ablehnen', Hold: 'Anhalten', Resume: 'Weiter', Review: 'Ansehen', Acknowledge: 'Übernehmen', 'Silence...': 'Stummschalten...', 'Cancel run': 'Lauf abbrechen', 'Cancel the run': 'Den Lauf abbrechen', 'Keep it': 'Behalten', 'Not yet': 'Noch nicht', Done: 'Erledigt', 'Cannot be done': 'Nicht möglich',
};

/** What is counted at the end of a run (core/tally.ts). */
export const tallies: { readonly [english: string]: string } = {
  'managed VMs have been successfully discovered': 'verwalteten VMs sind erfasst', 'managed VMs have been successfully verified': 'verwalteten VMs sind geprüft', 'VMs have been successfully moved': 'VMs sind umgezogen', 'VMs have been successfully recovered': 'VMs sind wiederhergestellt', 'groups have been cleaned up': 'Gruppen sind aufgeräumt',
  'VMs have been successfully restarted': 'VMs sind neu gestartet', 'VMs have been successfully migrated': 'VMs sind live verschoben', 'VMs have been successfully brought back to their home hosts': 'VMs sind zurück auf ihren eigenen Hosts', 'disk groups have been resynchronised': 'Plattengruppen sind neu gespiegelt', 'VMs could be migrated': 'VMs ließen sich live verschieben',
  'VMs have been cleaned up': 'VMs sind aufgeräumt', 'rehearsal VMs have been successfully started': 'Proben-VMs sind gestartet', 'groups have been cleaned up after the rehearsal': 'Gruppen sind nach der Probe aufgeräumt',
};

/** The same with a name in it. */
const patterns: readonly (readonly [RegExp, (name: string, other: string) => string])[] = [
  // loss
  [/^up to (\d+) s of writes \(last known replication lag\), and whatever is written at (.+) from now on$/, (seconds, site) => `bis zu ${seconds} s an Schreibvorgängen (zuletzt bekannter Rückstand der Replikation), und was ab jetzt in ${site} geschrieben wird`], [/^up to (\d+) s of writes$/, (seconds) => `bis zu ${seconds} s an Schreibvorgängen`],
  [/^unknown: replication of (.+) is broken, and whatever was written at (.+) since then stays behind$/, (groups, site) => `unbekannt: die Replikation von ${groups} ist unterbrochen, und was seither in ${site} geschrieben wurde, bleibt zurück`], [/^nothing is known to exist only at (.+)$/, (site) => `von nichts ist bekannt, dass es nur in ${site} ist`],
  [/^what the stray VMs wrote at (.+) since the move$/, (site) => `was die zurückgelassenen VMs in ${site} seit dem Umzug schrieben`],
  // what became of a run (core/tally.ts)
  ...Object.entries(tallies).map(([english, german]) => [new RegExp(`^(\\d+) out of (\\d+) ${english}$`), (done: string, all: string) => `${done} von ${all} ${german}`] as const),
  [/^planned move of (.+) to (.+)$/, (from, to) => `geplanter Umzug von ${from} nach ${to}`], [/^unplanned move of (.+) to (.+)$/, (from, to) => `ungeplanter Umzug von ${from} nach ${to}`],
  [/^Review (R-\d+)$/, (name) => `${name} ansehen`], [/^Revoke (S-\d+)$/, (name) => `${name} zurücknehmen`], [/^Approve, attest (.+) down$/, (name) => `Genehmigen, ${name} steht, bezeugt`],
  [/^Approve (R-\d+)\?$/, (name) => `${name} genehmigen?`], [/^Resume (R-\d+)\?$/, (name) => `${name} weiterlaufen lassen?`], [/^Cancel (R-\d+)\?$/, (name) => `${name} abbrechen?`], [/^Approve: step (.+)\?$/, (name) => `Genehmigen: Schritt ${name}?`], [/^Done: step (.+)\?$/, (name) => `Erledigt: Schritt ${name}?`],
];

/** A phrase of ours in German; any other text as it is. */
export function germanPhrase(text: string): string {
  const known = phrases[text] ?? inGerman(text);
  if (known !== null && known !== undefined) return known;
  for (const [pattern, words] of patterns) {
    const found = pattern.exec(text);
    if (found) return words(found[1]!, found[2] ?? '');
  }
  // A view makes a sentence of some of them.
  const bare = text.endsWith('.') ? text.slice(0, -1) : null;
  const german = bare === null ? null : germanPhrase(bare);
  return german === bare || german === null ? text : `${german}.`;
}

/** Fields of views whose words are ours. */
const ours: ReadonlySet<string> = new Set(['title', 'badge', 'does', 'kind', 'severity', 'toldBecause', 'reaction', 'means', 'loss', 'sentence', 'result']);

/** A view's data with what is ours in German. */
export function germanData(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(germanData);
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, typeof value === 'string' && ours.has(name) ? germanPhrase(value) : germanData(value)]));
}
