import { fileURLToPath } from 'node:url';
import type { Estate } from '../../../src/core/estate.js';
import type { Millis } from '../../../src/core/names.js';
import { createLab as createLabOf, type BootOptions as LabBootOptions, type Lab as LabOf, type LabNode } from '../../../src/lab/lab.js';
import { loadRunbooks } from '../../../src/runbook/load.js';
import { joinRunbooks, readRunbook } from '../../../src/runbook/read.js';
import type { Runbook } from '../../../src/runbook/runbook.js';
import { demoEstate } from './estates.js';

export { makeReady, runIn, type LabNode } from '../../../src/lab/lab.js';

const shipped = loadRunbooks(fileURLToPath(new URL('../../../runbooks', import.meta.url)));

/** `runbooks`: YAML of runbooks beside the shipped ones. */
export type BootOptions = Omit<LabBootOptions, 'runbooks'> & { readonly runbooks?: readonly string[] };
export type Lab = Omit<LabOf, 'boot'> & { boot(options?: BootOptions): Promise<LabNode> };

/** A lab with the shipped runbooks, on the demo estate unless another is given. */
export function createLab({ estate = demoEstate(), start }: { readonly estate?: Estate; readonly start?: Millis } = {}): Lab {
  const lab = createLabOf({ estate, runbooks: shipped, ...(start === undefined ? {} : { start }) });
  return { ...lab, boot: ({ runbooks = [], ...options } = {}) => lab.boot({ ...options, runbooks: [...shipped, ...joined(runbooks)] }) };
}

/** A text is read once, however many processes use it. */
const read = new Map<string, Runbook[]>();
function joined(texts: readonly string[]): Runbook[] {
  const key = texts.join('\0');
  const known = read.get(key) ?? join(texts);
  read.set(key, known);
  return known;
}

function join(texts: readonly string[]): Runbook[] {
  return joinRunbooks(texts.map((text, index) => {
    const result = readRunbook(text, `own-${index}.yaml`);
    if (!result.ok) throw new Error(result.problems.map((problem) => problem.what).join('\n'));
    return result.read;
  }));
}
