import { existsSync, readFileSync } from 'node:fs';
import { readEstate } from '../config/read-estate.js';
import type { Estate } from '../core/estate.js';
import { didYouMean } from '../core/nearest.js';
import { graphSvg } from '../runbook/graph.js';
import { runbookJsonSchema } from '../runbook/json-schema.js';
import { lint, rules } from '../runbook/lint/lint.js';
import { problemLine } from '../runbook/problem.js';
import { joinRunbooks, readRunbookFolder } from '../runbook/read.js';
import { say } from './estate.js';

export interface RunbookFilesOptions { /** Folder of the runbooks in use. */ readonly folder: string; /** The estate file in use, for its actions. */ readonly estateFile: string; readonly json: boolean }

/** `lifeboat runbook schema | lint [FOLDER] | graph NAME`: files alone, no running Lifeboat. */
export function runbookFiles([action, argument, ...more]: readonly string[], { folder, estateFile, json }: RunbookFilesOptions): number {
  if (more.length > 0) return say(`'${more.join(' ')}' is too much.`, 4);
  if (action === 'schema') {
    process.stdout.write(`${JSON.stringify(runbookJsonSchema(), null, 2)}\n`);
    return 0;
  }
  if (action === 'lint') return lintFolder(argument ?? folder, estateFile, json);
  if (argument === undefined) return say('graph needs a runbook: lifeboat runbook graph planned-move > planned-move.svg', 3);
  const { files } = readRunbookFolder(folder);
  const runbook = joinRunbooks(files).find((each) => each.name === argument);
  if (!runbook) return say(`There is no runbook '${argument}' in ${folder}.${didYouMean(argument, files.map((each) => each.runbook.name))} Known: ${files.map((each) => each.runbook.name).join(', ')}.`, 2);
  process.stdout.write(graphSvg(runbook));
  return 0;
}

function lintFolder(folder: string, estateFile: string, json: boolean): number {
  if (!existsSync(folder)) return say(`There is no folder ${folder}.`, 2);
  const { files, problems } = readRunbookFolder(folder);
  const estate = actionsOf(estateFile);
  const all = [...problems, ...lint(files, estate)];
  if (json) process.stdout.write(`${JSON.stringify({ ok: all.length === 0, problems: all })}\n`);
  else if (all.length > 0) process.stderr.write(`${all.map(problemLine).join('\n')}\n${all.length} ${all.length === 1 ? 'problem' : 'problems'}.\n`);
  else process.stdout.write(`${folder}: ${files.length} ${files.length === 1 ? 'runbook is' : 'runbooks are'} fine by ${Object.keys(rules).length} rules.${estate === null ? ` Their actions were not looked up: ${estateFile} cannot be read (lifeboat estate check ${estateFile}).` : ''}\n`);
  return all.length === 0 ? 0 : 4;
}

function actionsOf(file: string): Pick<Estate, 'actions'> | null {
  if (!existsSync(file)) return null;
  const read = readEstate(readFileSync(file, 'utf8'), file);
  return read.ok ? read.estate : null;
}
