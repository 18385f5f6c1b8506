import { fileURLToPath } from 'node:url';
import type { KnownBlock } from '@slack/types';
import { Ajv } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';
import type { Card } from '../../src/ports/channel.js';

/** The numbers of the platforms themselves (reference/platform-limits.md), kept apart from the drivers' own: a driver that has one wrong is to be found out. */
const slack = { header: 150, section: 3000, blocks: 50, total: 13_200, buttons: 25, buttonText: 75, buttonValue: 2000, actionId: 255, confirmTitle: 100, confirmText: 300, confirmLabel: 30, text: 4000 } as const;
const teamsBytes = 25_000;
const smsPlaces = 160;

let matchesTypes: ((blocks: unknown) => string[]) | null = null;

/** Slack's own types as a schema: it knows which blocks and elements there are and what stands in them, not how long they may be. */
function slackTypeFaults(blocks: readonly KnownBlock[]): string[] {
  if (matchesTypes === null) {
    const schema = createGenerator({ path: fileURLToPath(new URL('../../node_modules/@slack/types/dist/index.d.ts', import.meta.url)), type: 'KnownBlock', skipTypeCheck: true, additionalProperties: false, topRef: false }).createSchema('KnownBlock');
    const validate = new Ajv({ strict: false, allErrors: false }).compile(schema as object);
    matchesTypes = (all) => (all as unknown[]).flatMap((block) => (validate(block) ? [] : [`${JSON.stringify(block).slice(0, 120)} is no block of Slack's types: ${validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`).join('; ')}`]));
  }
  // As it goes over the wire.
  return matchesTypes(JSON.parse(JSON.stringify(blocks)));
}

/** Everything that Slack would refuse. */
export function slackViolations(message: { readonly text: string; readonly blocks: readonly KnownBlock[] }): string[] {
  const found = slackTypeFaults(message.blocks);
  const check = (what: string, size: number, max: number): void => { if (size > max || size === 0) found.push(`${what}: ${size} of ${max}`); };
  check('text', message.text.length, slack.text);
  check('blocks', message.blocks.length, slack.blocks);
  check('total', JSON.stringify(message.blocks).length, slack.total);
  for (const block of message.blocks) {
    if (block.type === 'header') check('header', block.text.text.length, slack.header);
    if (block.type === 'section') check('section', block.text?.text.length ?? 0, slack.section);
    if (block.type === 'actions') {
      check('buttons', block.elements.length, slack.buttons);
      for (const element of block.elements) {
        if (element.type !== 'button') continue;
        check('button text', element.text.text.length, slack.buttonText);
        check('button value', element.value?.length ?? 0, slack.buttonValue);
        check('action id', element.action_id?.length ?? 0, slack.actionId);
        if (element.confirm) {
          check('confirm title', element.confirm.title?.text.length ?? 0, slack.confirmTitle);
          check('confirm text', element.confirm.text.text.length, slack.confirmText);
          check('confirm', element.confirm.confirm?.text.length ?? 0, slack.confirmLabel);
          check('deny', element.confirm.deny?.text.length ?? 0, slack.confirmLabel);
        }
      }
    }
  }
  return found;
}

/** What goes to Teams is counted in UTF-16. */
export const teamsViolations = ({ heading, body, text, actions }: Card): string[] => {
  const bytes = 2 * JSON.stringify({ heading, body, text, actions }).length;
  return bytes <= teamsBytes ? [] : [`${bytes} bytes of ${teamsBytes}`];
};

/** The console accepts these signs of markup and no others; whatever else looks like one came from data. */
export const webViolations = ({ body }: Card): string[] => (/[<>]/.test(body.replace(/<\/?(?:strong|code|ul|ol|li)>|<br>/g, '')) ? [`markup of something else: ${body}`] : []);

/** A mail: a subject of one line, a page that loads nothing and links nowhere that a scanner could press. */
export const mailViolations = ({ heading, body, text }: Card): string[] => [
  ...(/[\r\n]/.test(heading) || heading === '' ? [`subject: ${JSON.stringify(heading)}`] : []),
  ...(/<(?:a|img|script|link|form|iframe)\b|\bsrc=|\bhref=/i.test(body) ? ['the page loads or links something'] : []),
  ...(text.trim() === '' ? ['no text'] : []),
];

const basic = new Set(`@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà`);
const extended = new Set('^{}\\[~]|€');
/** What a carrier takes for "send this phone nothing more", or "again", when somebody answers with it alone. */
const reservedWords = ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'START', 'YES', 'UNSTOP'];
/** Any of them, for what Lifeboat itself says. */
export const reservedWord = new RegExp(`\\b(?:${reservedWords.join('|')})\\b`, 'i');
/** In a text with people's and steps' words in it: one that looks like something to answer with. */
const looksLikeAnAnswer = new RegExp(`\\b(?:${reservedWords.join('|')})\\b|^(?:${reservedWords.flatMap((word) => [word, word.toLowerCase()]).join('|')})\\b`);

/** One segment of GSM 03.38, without a word that would cut a person off all messages. */
export function smsViolations({ text }: Pick<Card, 'text'>, { ownWords }: { readonly ownWords: boolean }): string[] {
  const signs = [...text];
  const places = signs.reduce((sum, sign) => sum + (extended.has(sign) ? 2 : 1), 0);
  return [
    ...(places > smsPlaces || places === 0 ? [`${places} of ${smsPlaces} places`] : []),
    ...signs.filter((sign) => !basic.has(sign) && !extended.has(sign)).map((sign) => `${JSON.stringify(sign)} is not in the basic alphabet`),
    ...(ownWords && looksLikeAnAnswer.test(text) ? [`the word ${looksLikeAnAnswer.exec(text)![0]}`] : []),
  ];
}
