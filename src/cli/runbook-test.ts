import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readEstate } from '../config/read-estate.js';
import type { Estate } from '../core/estate.js';
import { readCases } from '../lab/case.js';
import { playCase } from '../lab/play.js';
import { loadRunbooks } from '../runbook/load.js';
import { problemLine, RunbookProblems } from '../runbook/problem.js';
import { say } from './estate.js';

export interface RunbookTestOptions { readonly folder: string; readonly estateFile: string; readonly json: boolean }

/** `lifeboat runbook test [FILE | FOLDER]`: given, when, then, on a simulated estate with a clock and people of the test's own. Needs no running Lifeboat. */
export async function runbookTests(target: string | undefined, { folder, estateFile, json }: RunbookTestOptions): Promise<number> {
  const path = target ?? join(folder, 'tests');
  if (!existsSync(path)) return say(`There is no ${path}. Tests of runbooks stand in ${join(folder, 'tests')}, one file or several.`, 2);
  const files = statSync(path).isDirectory() ? readdirSync(path).filter((name) => /\.ya?ml$/.test(name)).toSorted().map((name) => join(path, name)) : [path];
  let passed = 0;
  const failures: { file: string; name: string; why: readonly string[] }[] = [];
  for (const file of files) {
    const read = readCases(readFileSync(file, 'utf8'), file);
    if (!read.ok) { failures.push({ file, name: '(the file)', why: read.problems.map(problemLine) }); continue; }
    for (const test of read.cases) {
      const why = await played(() => playCase(test, estateAt(test.given.estate === undefined ? estateFile : resolve(dirname(file), test.given.estate)), loadRunbooks(folder)));
      if (why.length === 0) passed += 1;
      else failures.push({ file, name: test.name, why });
      if (!json) process.stdout.write(`${why.length === 0 ? 'passed' : 'FAILED'}  ${file}: ${test.name}\n${why.map((each) => `          ${each}\n`).join('')}`);
    }
  }
  for (const { name, why } of failures) if (!json && name === '(the file)') process.stdout.write(`${why.join('\n')}\n`);
  process.stdout.write(json ? `${JSON.stringify({ passed, failed: failures.length, failures })}\n` : `${passed} passed, ${failures.length} failed\n`);
  return failures.length === 0 ? 0 : 1;
}

async function played(work: () => Promise<string[]>): Promise<string[]> {
  try {
    return await work();
  } catch (error) {
    return error instanceof RunbookProblems ? error.problems.map(problemLine) : [error instanceof Error ? error.message : String(error)];
  }
}

/** @throws with everything that is wrong */
function estateAt(file: string): Estate {
  const read = readEstate(readFileSync(file, 'utf8'), file);
  if (!read.ok) throw new Error(read.problems.map(({ line, what, remedy }) => `${file}:${line ?? ''} ${what} ${remedy}`).join('\n'));
  return read.estate;
}
