import { readEnvironment, type Environment } from '../config/environment.js';
import { ConfigProblems, problemText } from '../config/problem.js';
import { fine, wrong, type Diagnosis } from '../core/diagnosis.js';
import { diagnoseMachine, needsLifeboat } from '../doctor/machine.js';
import { CallFailed, type Client } from './client.js';

export interface DoctorOptions { readonly client: Client; readonly as: string | null; readonly json: boolean; /** The package folder. */ readonly home: string }

const marks = { fine: 'ok   ', note: 'note ', wrong: 'WRONG', skipped: '-    ' } as const;

/** `lifeboat doctor`: 0 when nothing is wrong, else 1. Without a running Lifeboat it looks at what this machine alone can tell. */
export async function doctor({ client, as, json, home }: DoctorOptions): Promise<number> {
  const findings = await lookThroughLifeboat(client, as).catch(async (error: unknown) => {
    if (!(error instanceof CallFailed) || error.httpStatus !== 0) throw error;
    return [...(await lookHere(home)), ...needsLifeboat(error.message)];
  });
  const bad = findings.filter((finding) => finding.status === 'wrong').length;
  if (json) process.stdout.write(`${JSON.stringify({ ok: bad === 0, findings })}\n`);
  else process.stdout.write(`${[...findings.flatMap(linesOf), bad === 0 ? 'Nothing is wrong.' : `${bad} ${bad === 1 ? 'thing is' : 'things are'} wrong.`].join('\n')}\n`);
  return bad === 0 ? 0 : 1;
}

async function lookThroughLifeboat(client: Client, as: string | null): Promise<Diagnosis[]> {
  const { findings } = await client.call<{ findings: Diagnosis[] }>('GET', `/api/doctor${as === null ? '' : `?as=${encodeURIComponent(as)}`}`);
  return [fine('lifeboat', 'it runs and answers'), ...findings];
}

async function lookHere(home: string): Promise<Diagnosis[]> {
  let environment: Environment;
  try {
    environment = readEnvironment(process.env);
  } catch (error) {
    if (!(error instanceof ConfigProblems)) throw error;
    return [wrong('environment', error.problems.map(problemText).join('; '), 'Lifeboat does not start like this. Correct the variables, in the environment or in .env, then run doctor again.')];
  }
  return [fine('environment', 'every variable can be read'), ...(await diagnoseMachine(environment, home))];
}

const linesOf = ({ name, status, says, remedy }: Diagnosis): string[] =>
  [`${marks[status]}  ${name.padEnd(24)} ${says}`, ...(remedy !== null && (status === 'wrong' || status === 'note') ? [`       ${' '.repeat(24)} -> ${remedy}`] : [])];
