import { reactionAbout, type About } from '../core/event-catalogue/reaction.js';
import type { Language, Surface, TenantName } from '../core/names.js';
import type { Card, CardAction } from '../ports/channel.js';
import { emailDocument } from './email-document.js';
import type { TemplateSurface } from './templates/file-name.js';
import type { TemplateSet } from './templates/load.js';
import { toOneSegment } from './templates/markup.js';
import { germanData, germanPhrase } from './words/german.js';
import { germanAnswer } from './words/german-answer.js';
import type { View } from './views/view.js';

export interface RenderOptions {
  readonly language?: Language;
  /** IANA zone of the reader. Slack shows each reader's own. */
  readonly timeZone: string;
  /** Whose message it is, for the tenant's own templates. Absent or null: nobody's in particular. */
  readonly tenant?: TenantName | null;
  /** Wall time. */
  readonly now: number;
  readonly actions?: readonly CardAction[];
}

/** A view on one surface. `heading` is plain text everywhere; `body` is in the surface's markup. E-mail: subject, HTML document, plain text. SMS: the one segment is both body and text. */
export type Render = (view: View, surface: Surface, options: RenderOptions) => Card;

const templateSurface: Record<Surface, TemplateSurface> = { slack: 'slack', teams: 'teams', email: 'email', sms: 'sms', web: 'web', cli: 'cli', schedule: 'text', monitor: 'text' };

/** `simulated`: nobody may take the message of a simulated estate for a real one (approval-ux.md rule 17). The console says so in its head, the command line by its --as. */
export function createRender(templates: TemplateSet, { simulated = false }: { readonly simulated?: boolean } = {}): Render {
  return (view, surface, { language: wanted = 'en', timeZone, tenant = null, now, actions = [] }) => {
    const german = wanted === 'de' ? germanAnswer(view.name, germanData(view.data)) : null;
    const language = german === null ? 'en' : wanted;
    const data = withNames(german ?? view.data);
    const buttons = language === 'de' ? actions.map(germanAction) : actions;
    const part = (name: 'heading' | 'body' | 'subject', on: TemplateSurface): string | null =>
      templates.render({ names: view.names, part: name, surface: on, language, tenant, data, frame: { now, timeZone, language } });
    const must = (name: 'heading' | 'body', on: TemplateSurface): string => {
      const text = part(name, on);
      if (text === null) throw new Error(`No template for the ${name} of "${view.name}": the templates were not loaded by loadTemplates.`);
      return text;
    };
    const mark = simulated && surface !== 'web' && surface !== 'cli' ? '[SIM] ' : '';
    const heading = `${mark}${oneLine(must('heading', templateSurface[surface]))}`;
    if (surface === 'sms') {
      const segment = toOneSegment(`${mark}${must('body', 'sms')}`);
      return { heading, body: segment, text: segment, actions: [], tone: view.tone };
    }
    const plainBody = must('body', 'text');
    const text = withHeading(heading, plainBody);
    if (surface === 'email') {
      const own = part('subject', 'email');
      const subject = own === null ? heading : `${mark}${oneLine(own)}`;
      return { heading: subject, body: emailDocument(heading, must('body', 'email'), language), text, actions: buttons, tone: view.tone };
    }
    return { heading, body: must('body', templateSurface[surface]), text, actions: buttons, tone: view.tone };
  };
}

function germanAction({ label, confirm, ...action }: CardAction): CardAction {
  return { ...action, label: germanPhrase(label), ...(confirm ? { confirm: { title: germanPhrase(confirm.title), text: confirm.text, accept: germanPhrase(confirm.accept), deny: germanPhrase(confirm.deny) } } : {}) };
}

/** What to do about an incident, with its names: put in behind the translation, which knows the sentence without them. */
function withNames(data: unknown): unknown {
  const { reaction, ...about } = data as { readonly reaction?: string | null } & About;
  return reaction === undefined || reaction === null ? data : { ...about, reaction: reactionAbout(reaction, about) };
}

/** A line break in a heading would be a second header line of a mail. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** A thread line's heading ends with the line itself; nobody wants to hear it twice. */
function withHeading(heading: string, body: string): string {
  const [first = '', ...rest] = body.split('\n');
  return (first !== '' && heading.endsWith(first) ? [heading, ...rest] : [heading, body]).join('\n');
}
