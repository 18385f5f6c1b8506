import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAnswerCard } from '../../src/chatops/inbound.js';
import { createRender } from '../../src/chatops/render.js';
import { loadTemplates } from '../../src/chatops/templates/load.js';
import type { Answer } from '../../src/core/answer.js';
import { personOf, sees } from '../../src/core/estate.js';
import { actions, classes, operations, parse, type Action, type CommandClass } from '../../src/desk/grammar.js';
import { fakeButtons } from '../chatops/fakes.js';
import { noon, templateDirectory } from '../chatops/fixture.js';
import { everyMessage } from '../chatops/messages.js';
import { createLab, makeReady, runIn, type Lab, type LabNode } from '../scenarios/lab/lab.js';
import { customersEstate } from '../scenarios/lab/estates.js';

const render = createRender(loadTemplates(templateDirectory));
const people = ['ana', 'chris', 'vic', 'dora', 'olga', 'rita', 'otto'] as const;
let lab: Lab;
let node: LabNode;
beforeAll(async () => {
  const estate = customersEstate();
  lab = createLab({ estate: { ...estate, people: estate.people.map((person) => (person.name === 'chris' ? { ...person, timeZone: 'Asia/Tokyo' } : person)) } });
  node = await lab.boot();
  await makeReady(lab, node);
}, 60_000);
afterAll(() => lab.close());

const refused = (answer: Answer) => {
  if (answer.kind !== 'refusal') throw new Error(`It was understood: ${JSON.stringify(answer)}`);
  return answer;
};
const card = async (who: string, line: string, surface: 'slack' | 'cli' | 'web' = 'cli') => {
  const person = personOf(lab.estate, who)!;
  return createAnswerCard({ live: node.parts.live, buttons: fakeButtons(), render, clock: node.parts.clock })(await node.say(who, line), { person, surface });
};

describe('a typing error is answered with the whole line as it should be', () => {
  test.each<[what: string, typed: string, corrected: string]>([
    ['an action', 'mvoe site from=customerA to=service_provider', 'move site from=customerA to=service_provider'],
    ['an action, behind ksysmgr', 'ksysmgr uqery vm billing', 'query vm billing'],
    ['an action, with a reason in quotes', 'rjeect R-1 reason="not tonight"', 'reject R-1 reason="not tonight"'],
    ['a class', 'verify stie customerA', 'verify site customerA'],
    ['a class to ask for', 'query icnident', 'query incident'],
    ['an attribute', 'move site form=customerA to=service_provider', 'move site from=customerA to=service_provider'],
    ['an attribute of a query', 'query vm hsot=pbrazos', 'query vm host=pbrazos'],
    ['an attribute of an entity', 'modify vm billing vm_failure_detection_sped=fast', 'modify vm billing vm_failure_detection_speed=fast'],
    ['a value', 'move site from=customerA to=service_provider dr_type=unplaned reason="site lost"', 'move site from=customerA to=service_provider dr_type=unplanned reason="site lost"'],
    ['a value of a query', 'query event type=eror', 'query event type=error'],
    ['a site', 'discover site service_provder', 'discover site service_provider'],
    ['a VM', 'restart vm biling', 'restart vm billing'],
    ['one of several VMs', 'restart vm payroll,biling', 'restart vm payroll,billing'],
    ['a host', 'lpm host pbrasos', 'lpm host pbrazos'],
    ['what is asked for', 'query host pbrasos', 'query host pbrazos'],
    ['a runbook', 'run runbook planed-move from=customerA to=service_provider', 'run runbook planned-move from=customerA to=service_provider'],
    ['a person', 'delegate to=chri until=2026-12-01T08:00 reason="on leave"', 'delegate to=chris until=2026-12-01T08:00 reason="on leave"'],
    ['a failure', 'inject vm billing failure=crsh', 'inject vm billing failure=crash'],
    ['a class that help shall explain', 'help move hostgroup', 'help move host_group'],
    ['an action that help shall explain', 'help mvoe', 'help move'],
  ])('%s: %s', async (_what, typed, corrected) => {
    const answer = refused(await node.say('ana', typed));
    expect([answer.command, ...(answer.choices ?? [])]).toContain(corrected);
    expect(answer.what).toContain('Did you mean');
    expect(parse(corrected).ok).toBe(true);
  });

  test('nothing is put into somebody\'s mouth: a reason is never corrected, and a word that is like nothing is not guessed at', async () => {
    expect(refused(await node.say('ana', 'restart vm biling reason="biling"')).command).toBe('restart vm billing reason=biling');
    expect(refused(await node.say('ana', 'discover site xyzzy')).command).toBeNull();
    expect(refused(await node.say('ana', 'xyzzy')).command).toBe('help');
  });

  test('a name of another tenant is never offered', async () => {
    const told = JSON.stringify(refused(await node.say('olga', 'query vm mailhob')));
    expect(told).not.toContain('mailhub');
  });
});

describe('what could mean several is answered with a choice', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['the tenant of a shared site', 'ana', 'cleanup site service_provider', ['cleanup site service_provider tenant=cluster01', 'cleanup site service_provider tenant=cluster02']],
    ['the beginning of several actions', 'ana', 'res', ['resync', 'restart', 'restore']],
    ['a name near to two', 'ana', 'discover site custmer', ['discover site customerA', 'discover site customerB']],
  ])('%s', async (_what, who, line, choices) => {
    const answer = refused(await node.say(who, line));
    expect([...answer.choices ?? []].toSorted()).toEqual([...choices].toSorted());
    const shown = await card(who, line);
    for (const choice of choices) expect(shown.text).toContain(`- \`${choice}\``);
  });

  test('a decision without its run is offered each that is open, newest first', async () => {
    const first = runIn(await node.say('ana', 'move site from=customerA to=service_provider'));
    const second = runIn(await node.say('ana', 'move site from=customerB to=service_provider'));
    expect(refused(await node.say('ben', 'approve')).choices).toEqual([`approve ${second}`, `approve ${first}`]);
    // Who sees one of the two has no choice to make.
    expect(refused(await node.say('olga', 'hold')).command).toBe(`hold ${first}`);
    expect(refused(await node.say('olga', 'hold')).choices).toBeUndefined();
    for (const run of [first, second]) await node.say('ana', `cancel ${run}`);
  });
});

describe('help', () => {
  const pages: readonly (readonly [Action, CommandClass | null])[] = actions.filter((action) => action !== 'help').flatMap((action) => [[action, null] as const, ...(operations[action] ?? []).map((kind) => [action, kind] as const)]);
  /** Everything with a name that this person may not know. */
  const foreign = (who: string): string[] => lab.estate.tenants.filter((tenant) => !sees(personOf(lab.estate, who)!, tenant.name)).flatMap((tenant) => [tenant.name, ...(tenant.homeSite === tenant.backupSite ? [] : [tenant.homeSite]), ...tenant.vms.map(({ name }) => name), ...tenant.hostGroups.map(({ name }) => name), ...tenant.hostGroups.flatMap(({ hosts }) => hosts)]);
  const known = (): Set<string> => new Set([...lab.estate.sites.flatMap((site) => [site.name, ...site.hosts.flatMap((host) => [host.name, ...host.vioses]), ...site.hmcs.map(({ name }) => name), ...site.storageAgents.map(({ name }) => name)]), ...lab.estate.tenants.flatMap((tenant) => [tenant.name, ...tenant.vms.map(({ name }) => name), ...tenant.hostGroups.map(({ name }) => name)]), ...lab.estate.people.map(({ name }) => name)]);

  test.each(people)('%s: every example of every page can be read, is about the page, and names nothing of others', async (who) => {
    const strangers = foreign(who);
    for (const [action, kind] of pages) {
      const answer = await node.say(who, `help ${action} ${kind ?? ''}`);
      if (answer.kind !== 'help') throw new Error(JSON.stringify(answer));
      for (const example of answer.examples) {
        const parsed = parse(example);
        expect([example, parsed.ok && parsed.command.action]).toEqual([example, action]);
        if (kind !== null && parsed.ok) expect([example, parsed.command.class]).toEqual([example, kind]);
        for (const stranger of strangers) expect(example.split(/[\s=,]/)).not.toContain(stranger);
      }
    }
  });

  test.each<[string, string, string]>([
    ['ana', 'help move site', 'move site from=customerA to=service_provider dr_type=planned'], ['ana', 'help move host_group', 'move host_group HG_A to=service_provider'], ['ana', 'help verify host_group', 'verify host_group HG_A'],
    ['ana', 'help restart vm', 'restart vm billing'], ['ana', 'help lpm host', 'lpm host pbrazos'], ['ana', 'help query vm', 'query vm billing'], ['otto', 'help query vm', 'query vm crm'], ['otto', 'help move site', 'move site from=customerB to=service_provider dr_type=planned'],
    ['olga', 'help manage disk', 'manage disk diskid=hdisk0 vm=billing'], ['rita', 'help move', 'move site from=customerA to=service_provider dr_type=planned'],
  ])('%s, %s: with a name of the own estate', async (who, line, example) => {
    const answer = await node.say(who, line);
    expect(answer.kind === 'help' ? answer.examples : []).toContain(example);
  });

  test('an example of what changes something goes through today, up to the approval; a rehearsal needs a network of its own, which this estate lacks', async () => {
    for (const [action, kind] of [['move', 'site'], ['move', 'host_group'], ['verify', 'site'], ['discover', 'site']] as const) {
      const answer = await node.say('ana', `help ${action} ${kind}`);
      for (const example of answer.kind === 'help' ? answer.examples : []) expect([example, await node.say('ana', `${example} dry_run=yes`)]).toEqual([example, expect.objectContaining(action === 'move' && example.includes('dr_test') ? { code: 'not-isolated' } : { kind: 'dry-run' })]);
    }
  });

  test('an example of a query finds something', async () => {
    for (const kind of classes) {
      const answer = await node.say('ana', `help query ${kind}`);
      for (const example of answer.kind === 'help' ? answer.examples : []) expect([example, (await node.say('ana', example)).status]).toEqual([example, example.includes('query run ') || example.includes('query incident ') || example.includes('query standing ') ? expect.any(Number) : 0]);
    }
  });

  test('names in capitals stand for what the estate does not have, and nothing else is invented', async () => {
    const names = known();
    for (const kind of ['site', 'host_group', 'vm', 'host'] as const) {
      for (const action of ['move', 'verify', 'restart', 'lpm', 'query', 'discover'] as const) {
        const answer = await node.say('ana', `help ${action} ${kind}`);
        if (answer.kind !== 'help') continue;
        for (const example of answer.examples) {
          const parsed = parse(example);
          if (parsed.ok && parsed.command.name !== null) expect(names.has(parsed.command.name) || /^[A-Z]+$/.test(parsed.command.name)).toBe(true);
        }
      }
    }
  });

  test('what somebody may not do is explained without an example to send', async () => {
    const answer = await node.say('vic', 'help move site');
    expect(answer).toMatchObject({ kind: 'help', examples: [] });
    expect(answer.kind === 'help' ? answer.lines.join('\n') : '').toContain('You may not run it: it needs the role operator or requester.');
  });

  test('the date in an example lies ahead, in the reader\'s zone', async () => {
    const answer = await node.say('chris', 'help delegate');
    const [example = ''] = answer.kind === 'help' ? answer.examples : [];
    expect(await node.say('chris', example)).toMatchObject({ status: 0 });
    await node.say('chris', 'delegate off');
  });
});

describe('times are those of the reader', () => {
  test('in what the desk answers', async () => {
    const run = runIn(await node.say('ana', 'move site from=customerA to=service_provider'));
    const seen = async (who: string): Promise<string> => (await card(who, `review ${run}`)).text;
    expect(await seen('chris')).toMatch(/Expires .*GMT\+9/);
    expect(await seen('ana')).toMatch(/Expires .*(?:WET|GMT|UTC)\b(?!\+9)/);
    await node.say('ana', `cancel ${run}`);
    const fate = await node.say('chris', `approve ${run}`);
    expect(fate.kind === 'decision' ? fate.sentence : '').toContain('GMT+9');
  });
  test('in every message: no time without its zone, none in another\'s', async () => {
    for (const { name, view, actions: buttons } of await everyMessage()) {
      // What was said to somebody else, as data.
      if (name === 'decision-not-done' || name.startsWith('standing')) continue;
      const { text } = render(view, 'cli', { timeZone: 'Asia/Tokyo', now: noon, actions: buttons });
      for (const [time] of text.matchAll(/\b\d\d:\d\d(?::\d\d)?(?: \S+)?/g)) expect([name, time]).toEqual([name, expect.stringContaining('GMT+9')]);
    }
  });
});

describe('nothing is told by colour, shape or place alone', () => {
  const words = { critical: /CRITICAL|NEEDS PEOPLE|FAILED|Failed|GLASS BROKEN|WITHOUT ASKING|Stopped/, warning: /Your approval|Your task|Reminder|Not done|UNPLANNED MOVE|ON HOLD|CANCELLING|WITH EXCEPTIONS|WARNING|RESOLVED|Cannot be undone|IN FORCE|says no/, good: /Done|DONE|RESOLVED/, drill: /DRILL/, info: /(?:)/ } as const;
  test('each tone has its word', async () => {
    for (const { name, view } of await everyMessage()) {
      const { heading, text, tone } = render(view, 'slack', { timeZone: 'UTC', now: noon });
      expect([name, `${heading}\n${text}`]).toEqual([name, expect.stringMatching(words[tone])]);
    }
  });
  test('buttons that look alike for a colour-blind person say different things', async () => {
    for (const { name, actions: buttons } of await everyMessage()) expect([name, new Set(buttons.map(({ label }) => label)).size]).toEqual([name, buttons.length]);
  });
  test('who hears the message hears all of it: the text says what the card says', async () => {
    const read = (slack: string): string => slack.replaceAll(/<!date\^[^|]*\|([^>]*)>/g, '$1').replaceAll(/<https?:[^|>]*\|([^>]*)>/g, '$1').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&').replaceAll('\u02CB', '`');
    const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,}/gu) ?? []);
    for (const { name, view, actions: buttons } of await everyMessage()) {
      for (const surface of ['slack', 'teams'] as const) {
        const { heading, body, text } = render(view, surface, { timeZone: 'UTC', now: noon, actions: buttons });
        const heard = wordsOf(text);
        // A link's own word is replaced by the address.
        expect([name, [...wordsOf(`${heading}\n${read(body)}`)].filter((word) => !heard.has(word) && word !== 'details')]).toEqual([name, []]);
      }
    }
  });
  test('what can be pressed can be typed: the text names a command for each decision', async () => {
    for (const { name, view, actions: buttons } of await everyMessage()) {
      const { text } = render(view, 'slack', { timeZone: 'UTC', now: noon, actions: buttons });
      for (const { verb } of buttons.filter((button) => ['approve', 'reject', 'resume', 'hold', 'revoke'].includes(button.verb))) expect([name, text]).toEqual([name, expect.stringMatching(verb === 'approve' ? /`(?:approve|confirm) / : new RegExp(`\`${verb} `))]);
    }
  });
});
