import { ConfigProblems, type Problem } from './problem.js';

/** What time-zone abbreviations mean, from `KSYS_TIME_ZONES`: `CST=+08:00, IST=+02:00`. Minutes east of UTC. @throws ConfigProblems */
export function readTimeZones(text: string): Map<string, number> {
  const problems: Problem[] = [];
  const zones = new Map<string, number>();
  for (const part of text.split(',').map((each) => each.trim()).filter(Boolean)) {
    const found = /^([A-Za-z]{1,8})\s*=\s*([+-])(\d{2}):?([0-5]\d)$/.exec(part);
    if (found && Number(found[3]) <= 14) zones.set(found[1]!.toUpperCase(), (found[2] === '-' ? -1 : 1) * (Number(found[3]) * 60 + Number(found[4])));
    else problems.push({ file: 'environment', line: null, at: 'KSYS_TIME_ZONES', what: `'${part}' is not an abbreviation with its distance from UTC.`, remedy: 'Write KSYS_TIME_ZONES=CST=+08:00,IST=+05:30.' });
  }
  if (problems.length > 0) throw new ConfigProblems(problems);
  return zones;
}
