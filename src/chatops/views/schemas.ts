import { z } from 'zod';

/** What each message may say. Templates are held against these at start; views fill them in; nothing else reaches a message. */
const millis = z.number();
const command = z.strictObject({ does: z.string(), command: z.string() });
const evidence = z.strictObject({ saw: z.string(), by: z.string(), at: millis });
const exclusion = z.strictObject({ vm: z.string(), why: z.string() });
const labelled = z.strictObject({ label: z.string(), value: z.string() });

/** What a plan is about: the danger first. */
const planHead = {
  run: z.string(),
  tenant: z.string(),
  /** `unplanned move`. */
  kind: z.string(),
  /** `customerA → service_provider`, or the title where nothing changes its place. */
  what: z.string(),
  title: z.string(),
  changesSites: z.boolean(),
  loss: z.string(),
  /** Approved before, it starts by itself in this time. */
  window: z.strictObject({ from: millis, to: millis }).nullable(),
  /** The change freeze in which it falls. */
  freeze: z.strictObject({ reason: z.string(), until: millis }).nullable(),
  /** In words; empty when everything can be undone. */
  irreversible: z.array(z.string()),
  /** Number of the first step that cannot be undone. */
  irreversibleFrom: z.number().nullable(),
  evidence: z.array(evidence),
  oldestEvidenceAt: millis.nullable(),
  digest: z.string(),
  steps: z.number(),
  /** Wall time, milliseconds. */
  predictedMs: millis,
  /** Earlier runs that the prediction rests on. */
  predictedFromRuns: z.number(),
  askedBy: z.string(),
  reason: z.string().nullable(),
  incident: z.string().nullable(),
  vms: z.array(z.string()),
  excluded: z.array(exclusion),
  pageUrl: z.string().nullable(),
  asOf: millis,
};

const quorum = z.strictObject({
  needed: z.number(), have: z.number(), missing: z.number(),
  /** `standsFor`: who is away. */
  behind: z.array(z.strictObject({ person: z.string(), asked: z.boolean(), at: millis.nullable(), standsFor: z.string().nullable() })),
  /** Whose approval would bring it further. */
  waitingFor: z.array(z.string()),
  /** What they must be besides being many: `somebody of another team`. */
  needs: z.array(z.string()),
  /** Whose no stands, and how many it takes. */
  rejections: z.array(z.strictObject({ person: z.string(), reason: z.string().nullable() })), rejectionsMax: z.number(),
  /** The host that every approver attests to be down. */
  attest: z.string().nullable(),
  /** What an approver types: the name of what cannot be undone. */
  target: z.string().nullable(),
  /** Who tells an approver the two digits. */
  numberFrom: z.string().nullable(),
});
const change = z.strictObject({ what: z.string(), before: z.string(), after: z.string() });

const run = z.strictObject({
  ...planHead,
  /** `APPROVAL NEEDED`, `RUNNING`: first word of the heading. */
  badge: z.string(),
  quorum: quorum.nullable(),
  expiresAt: millis.nullable(),
  approvedBy: z.array(z.strictObject({ person: z.string(), at: millis })),
  /** Rules that somebody broke for it. */
  glass: z.strictObject({ rules: z.array(z.string()), by: z.string(), at: millis, until: millis, reason: z.string() }).nullable(),
  revision: z.strictObject({ changes: z.array(change), voided: z.array(z.string()), at: millis }).nullable(),
  queue: z.strictObject({ position: z.number() }).nullable(),
  progress: z.strictObject({ done: z.number(), total: z.number(), current: z.array(z.string()), failed: z.array(z.string()), pointOfNoReturn: z.enum(['none', 'ahead', 'passed']), passed: z.boolean(), ahead: z.boolean(), runningForMs: millis.nullable() }).nullable(),
  held: z.strictObject({ by: z.string(), at: millis, reason: z.string().nullable(), started: z.boolean() }).nullable(),
  parked: z.strictObject({ step: z.string().nullable(), why: z.string(), next: z.string(), /** What was seen when it was looked at last. */ seen: z.array(evidence), at: millis }).nullable(),
  cancelling: z.strictObject({ by: z.string(), at: millis, reason: z.string().nullable() }).nullable(),
  /** Who already said that a stopped run may go on. */
  resumeBy: z.array(z.string()),
  /** What made the question pointless; null: nobody decided in time. */
  expiredBecause: z.string().nullable(),
  rejected: z.strictObject({ by: z.string(), at: millis, reason: z.string().nullable() }).nullable(),
  withdrawn: z.strictObject({ by: z.string(), at: millis, reason: z.string().nullable() }).nullable(),
  finished: z.strictObject({ at: millis, tally: z.string().nullable(), exceptions: z.array(z.string()), tookMs: millis.nullable(), places: z.array(z.strictObject({ at: z.string(), vms: z.array(z.string()) })) }).nullable(),
  /** Questions that the run waits for people to answer. */
  asks: z.array(z.strictObject({ step: z.string(), text: z.string(), behind: z.array(z.string()), missing: z.number(), from: z.array(z.string()), command: z.string() })),
  /** Work that remains open in the estate. */
  remaining: z.array(command),
  next: z.array(command),
});

const approvalRequest = z.strictObject({
  ...planHead,
  /** The reader. */
  reader: z.string(),
  open: z.boolean(),
  /** Asked again, since some of its time is over. */
  reminder: z.boolean(),
  /** What a text message is answered with; null on every other surface. */
  smsCode: z.string().nullable(), mailCode: z.string().nullable(),
  /** Why nothing can be decided any more, in a sentence. */
  closed: z.string().nullable(),
  quorum: quorum.nullable(),
  expiresAt: millis.nullable(),
  revision: run.shape.revision,
  next: z.array(command),
});

const planSteps = z.strictObject({
  ...planHead,
  status: z.string(),
  list: z.array(z.strictObject({ says: z.string(), irreversible: z.boolean(), estimateMs: millis, after: z.array(z.string()), state: z.string().nullable(), why: z.string().nullable() })),
  quorum: quorum.nullable(),
  expiresAt: millis.nullable(),
  /** Steps that a long plan leaves out of the message. */
  stepsLeftOut: z.number(),
  /** What is done at the end where a step has failed. */
  makesUp: z.array(z.strictObject({ step: z.string(), says: z.string() })),
  /** A dry run: the line that would ask for it. Nothing was asked for. */
  dryRun: z.string().nullable(),
  next: z.array(command),
});

const stepRequest = z.strictObject({
  ...planHead,
  reader: z.string(), step: z.string(), text: z.string(),
  /** Something to do and to confirm; otherwise something to approve. */
  task: z.boolean(),
  open: z.boolean(), closed: z.string().nullable(),
  fields: z.array(z.strictObject({ name: z.string(), label: z.string(), required: z.boolean() })),
  next: z.array(command),
});

const story = z.strictObject({ run: z.string(), line: z.string(), detail: z.array(z.string()), next: z.array(command), at: millis });

const incident = z.strictObject({
  id: z.string(), event: z.string(), severity: z.enum(['critical', 'warning', 'info']), title: z.string(), tenant: z.string().nullable(), site: z.string().nullable(), entityClass: z.string(), entity: z.string(),
  description: z.string(), openedAt: millis, lastAt: millis, times: z.number(), evidence: z.array(evidence), resolvedAt: millis.nullable(),
  /** Who said that it is over, and why; null: what was seen says so, or it is not. */
  closed: z.strictObject({ by: z.string(), reason: z.string() }).nullable(),
  proposal: z.strictObject({ run: z.string(), title: z.string(), badge: z.string(), open: z.boolean() }).nullable(),
  /** What the catalogue says to do about it. */
  reaction: z.string().nullable(),
  /** What the event means, where Lifeboat knows it. */
  means: z.string().nullable(),
  /** Who looks after it; `until: null`: as long as it is open. */
  lookedAfter: z.strictObject({ by: z.string(), until: millis.nullable() }).nullable(),
  /** Why it is told anew, and with which incident it is told now, where that is so. */
  toldBecause: z.string().nullable(), explainedBy: z.string().nullable(), again: z.string().nullable(), flapping: z.number().nullable(),
  /** What its message counts. `kinds`: `HOST_FAILURE 312`. */
  folded: z.strictObject({ total: z.number(), open: z.number(), critical: z.number(), kinds: z.array(z.string()), first: z.array(z.string()), command: z.string() }).nullable(),
  pageUrl: z.string().nullable(), next: z.array(command), asOf: millis,
});

const brief = z.strictObject({ id: z.string(), severity: z.enum(['critical', 'warning', 'info']), title: z.string(), tenant: z.string().nullable(), openedAt: millis, resolvedAt: millis.nullable(), lookedAfterBy: z.string().nullable() });
const briefRun = z.strictObject({ run: z.string(), title: z.string(), badge: z.string() });

const outcome = z.strictObject({ run: z.string(), title: z.string(), badge: z.string(), sentence: z.string(), exceptions: z.array(z.string()), tookMs: millis.nullable(), predictedMs: millis, remaining: z.array(command), next: z.array(command), pageUrl: z.string().nullable() });

export const schemas = {
  run,
  'approval-request': approvalRequest,
  plan: planSteps,
  'step-request': stepRequest,
  story,
  incident,
  notification: incident,
  page: incident.extend({
    reader: z.string(),
    /** Counted from 1, of so many. */
    level: z.number(), levels: z.number(),
    /** Who else was called with it. */
    others: z.array(z.string()),
    /** When the next step is due, and whom it would call. */
    nextAt: millis.nullable(), nextTo: z.array(z.string()),
    acknowledgedBy: z.string().nullable(), open: z.boolean(),
    /** What a text message is answered with; null on every other surface. */
    smsCode: z.string().nullable(),
  }),
  handover: z.strictObject({
    schedule: z.string(), from: z.string().nullable(), to: z.string().nullable(), until: millis.nullable(), /** The reader begins. */ yours: z.boolean(),
    incidents: z.array(brief), incidentsLeftOut: z.number(), runs: z.array(briefRun), remaining: z.array(command), next: z.array(command),
  }),
  digest: z.strictObject({
    reader: z.string(), from: millis, until: millis, quietHours: z.boolean(),
    incidents: z.array(brief), incidentsLeftOut: z.number(), runs: z.array(briefRun), remaining: z.array(command), next: z.array(command),
  }),
  heartbeat: z.strictObject({ day: z.string(), critical: z.number(), incidents: z.number(), runs: z.number(), onCall: z.array(z.strictObject({ schedule: z.string(), person: z.string().nullable() })), next: z.array(command) }),
  'run-outcome': outcome,
  'matching-number': z.strictObject({ run: z.string(), title: z.string(), number: z.string().nullable(), expiresAt: millis.nullable(), asOf: millis }),
  'journal-head': z.strictObject({ day: z.string(), seq: z.number(), chain: z.string(), command: z.string() }),
  standing: z.strictObject({
    id: z.string(), from: z.string(), to: z.string(), tenant: z.string(), hostGroups: z.array(z.string()), open: z.boolean(), inForce: z.boolean(), over: z.string().nullable(), hours: z.string(), days: z.string().nullable(), lostMs: millis, lagMs: millis,
    expiresAt: millis, proposedBy: z.string(), reason: z.string(), needed: z.number(), signed: z.array(z.strictObject({ person: z.string(), at: millis })), next: z.array(command), asOf: millis,
  }),
  /** `by: null`: a maintenance window. A null of the matcher: any. */
  silence: z.strictObject({
    id: z.string(), tenant: z.string().nullable(), event: z.string().nullable(), entityClass: z.string().nullable(), entity: z.string().nullable(), severity: z.enum(['critical', 'warning', 'info']).nullable(), from: millis, until: millis, reason: z.string(), by: z.string().nullable(),
    kept: z.number(), open: z.number(), over: z.boolean(), endedAt: millis.nullable(), endedBy: z.string().nullable(), ending: z.boolean(), next: z.array(command), asOf: millis,
  }),
  decision: z.strictObject({ run: z.string(), good: z.boolean(), sentence: z.string(), next: z.array(z.string()) }),
  /** `choices`: exact lines, where one of several may have been meant. */
  refusal: z.strictObject({ what: z.string(), next: z.string(), command: z.string().nullable(), choices: z.array(z.string()), code: z.string() }),
  blocks: z.strictObject({ title: z.string(), blocks: z.array(z.array(labelled)), text: z.string(), footer: z.string().nullable() }),
  help: z.strictObject({ title: z.string(), lines: z.array(z.string()), text: z.string(), examples: z.array(z.string()) }),
  said: z.strictObject({ text: z.string(), next: z.array(z.string()) }),
} as const;

export type ViewName = keyof typeof schemas;
export type ViewData<N extends ViewName> = z.infer<(typeof schemas)[N]>;
export const viewNames = Object.keys(schemas) as ViewName[];

const runVariants = ['proposed', 'queued', 'granted', 'running', 'held', 'parked', 'cancelling', 'succeeded', 'exceptions', 'failed', 'cancelled', 'rejected', 'withdrawn', 'expired', 'finished'] as const;
const variants: Partial<Record<ViewName, readonly string[]>> = { run: runVariants, incident: ['critical', 'warning', 'info'], notification: ['critical', 'warning', 'info'] };
/** `run-held.hbs` is the `run` message of a held run. */
export const variantsOf = (view: ViewName): readonly string[] => variants[view] ?? [];
