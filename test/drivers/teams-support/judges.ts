import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import { JSDOM } from 'jsdom';

const require = createRequire(import.meta.url);

/** Microsoft's own schema of Adaptive Cards 1.5 (draft 6). @returns what it finds wrong */
export function createSchemaJudge(): (card: object) => string[] {
  const ajv = new Ajv({ strict: false, allErrors: false, logger: false });
  ajv.addMetaSchema(require('ajv/dist/refs/json-schema-draft-06.json') as object);
  const { id, ...schema } = JSON.parse(readFileSync('test/data/adaptive-card-1.5.0.schema.json', 'utf8')) as Record<string, unknown>;
  const validate = ajv.compile({ ...schema, $id: String(id) });
  return (card) => (validate(card) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`));
}

export interface Rendered {
  /** What the renderer complains about. */
  readonly complaints: readonly string[];
  readonly text: string;
  readonly links: readonly string[];
  readonly emphasised: number;
  /** Presses what bears these words, one after the other, and says what was handed over. */
  press(...titles: string[]): { readonly verb: string | undefined; readonly data: unknown } | null;
}

/** Microsoft's own renderer, in jsdom, whose window stands among the globals until `close`. */
export function createRenderer(): { render(card: object): Rendered; close(): void } {
  const { window } = new JSDOM('<!doctype html><body></body>');
  const names = Object.getOwnPropertyNames(window).filter((name) => /^(?:HTML|SVG|Node|Element|Event|Mouse|Keyboard|Mutation|DOM|document$|window$|navigator$)/.test(name) && !(name in globalThis && name !== 'window'));
  for (const name of names) Object.defineProperty(globalThis, name, { value: (window as unknown as Record<string, unknown>)[name], configurable: true, writable: true });
  // jsdom lays nothing out, so it has no innerText; for text without markup the two are one.
  Object.defineProperty(window.HTMLElement.prototype, 'innerText', { get(this: HTMLElement) { return this.textContent; }, set(this: HTMLElement, text: string) { this.textContent = text; }, configurable: true });
  const official = require('adaptivecards/dist/adaptivecards.js') as Record<string, any>;
  const render = (json: object): Rendered => {
    const card = new official.AdaptiveCard();
    const context = new official.SerializationContext();
    card.parse(structuredClone(json), context);
    const complaints: string[] = Array.from({ length: context.eventCount }, (_, index) => String(context.getEventAt(index).message));
    let handed: { verb: string | undefined; data: unknown } | null = null;
    card.onExecuteAction = (action: Record<string, any>) => { handed = { verb: action.verb, data: action.data }; };
    const element = card.render() as HTMLElement;
    window.document.body.replaceChildren(element as never);
    return {
      complaints,
      get text() { return (element.textContent ?? '').replaceAll('\u00A0', ' ').replaceAll('\u200B', ''); },
      links: [...element.querySelectorAll('a[href]')].map((link) => link.getAttribute('href')!),
      emphasised: element.querySelectorAll('em, strong, b, i, img, script').length,
      press(...titles) {
        for (const title of titles) {
          const buttons = [...element.querySelectorAll('button')].filter((each) => each.textContent?.trim() === title);
          if (buttons.length === 0) throw new Error(`No button is called "${title}".`);
          buttons.at(-1)!.click();
        }
        return handed;
      },
    };
  };
  return { render, close: () => { for (const name of names) Reflect.deleteProperty(globalThis, name); window.close(); } };
}
