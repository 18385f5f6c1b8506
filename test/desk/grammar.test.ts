import { describe, expect, test } from '@jest/globals';
import { classes, parse, tokens, type Action, type CommandClass, type ParsedCommand } from '../../src/desk/grammar.js';

const read = (line: string): ParsedCommand => {
  const parsed = parse(line);
  if (!parsed.ok) throw new Error(`${line}: ${parsed.problem.what}`);
  return parsed.command;
};
const problem = (line: string) => {
  const parsed = parse(line);
  if (parsed.ok) throw new Error(`${line} was understood`);
  return parsed.problem;
};

/** reference/ksys.md 3.2: a star stands for any ending. */
describe('actions by their aliases', () => {
  test.each<[Action, string[]]>([
    ['query', ['query', 'q', 'que', 'ls', 'get', 'sh', 'show']], ['discover', ['discover', 'di', 'disc']], ['verify', ['verify', 'ver', 'veri']], ['move', ['move', 'mov', 'mv', 'swi', 'switch']],
    ['resync', ['resync', 'resy']], ['cleanup', ['cleanup', 'clean']], ['recover', ['recover']],
  ])('%s', (action, words) => { for (const word of words) expect([word, read(`${word} site customerA`).action]).toEqual([word, action]); });
  test.each<[Action, string[]]>([['approve', ['approve', 'app']], ['reject', ['reject', 'rej']], ['hold', ['hold']], ['resume', ['resume']], ['cancel', ['cancel', 'can']], ['why', ['why']], ['acknowledge', ['acknowledge', 'ack']], ['review', ['review']]])('%s', (action, words) => {
    for (const word of words) expect(read(`${word} R-12`)).toMatchObject({ action, class: null, name: 'R-12' });
  });
});

describe('configuration', () => {
  test.each<[Action, string[]]>([
    ['add', ['add', 'ad', 'cr', 'create', 'make', 'mk']], ['delete', ['delete', 'de', 'del', 'remov', 'remove', 'rm', 'er', 'erase']], ['modify', ['modify', 'mod', 'ch', 'change', 'set', 'sets']],
  ])('%s', (action, words) => { for (const word of words) expect([word, read(`${word} host_group HG1`).action]).toEqual([word, action]); });
  test.each<[Action, string[]]>([['pair', ['pair', 'map']]])('%s', (action, words) => { for (const word of words) expect(read(`${word} host a pair=b`)).toMatchObject({ action, class: 'host', name: 'a' }); });
  test.each<[Action, string[]]>([['manage', ['manage', 'man', 'mg']], ['unmanage', ['unmanage', 'unman', 'umg']]])('%s', (action, words) => { for (const word of words) expect(read(`${word} vm a,b`)).toMatchObject({ action, name: 'a,b' }); });
  test('restore and report', () => {
    for (const word of ['restore', 'rest', 'resto']) expect(read(`${word} snapshot filepath=x`)).toMatchObject({ action: 'restore', class: 'snapshot' });
    expect(read('-v report system')).toMatchObject({ action: 'report', class: 'system', flags: ['-v'] });
  });
  test.each(['options', 'add', 'remove'] as const)('modify host_group NAME %s', (word) => { expect(read(`ksysmgr modify host_group HG1 ${word} hosts=a`)).toMatchObject({ name: 'HG1', word }); });
  test('a delegation stays one, and other words behind a name are too much', () => {
    expect(read('deleg to=ben').action).toBe('delegate');
    expect(problem('modify host_group HG1 with hosts=a')).toMatchObject({ code: 'too-many' });
    expect(problem('add host_group HG1 options hosts=a')).toMatchObject({ code: 'too-many' });
  });
});

/** reference/ksys.md 3.3. */
describe('classes by their aliases', () => {
  test.each<[CommandClass, string[]]>([
    ['ksyscluster', ['ksyscluster', 'ksysclu', 'clu', 'cl', 'cluster']], ['site', ['site', 'sit', 'sites']], ['vm', ['vm', 'vms', 'lp', 'lpar']], ['host', ['host', 'hos', 'hosts', 'serv', 'server']], ['hmc', ['hmc']],
    ['vios', ['vios', 'vio']], ['host_group', ['host_group', 'hg', 'host_g']], ['storage_agent', ['storage_agent', 'stor', 'storage', 'sta']], ['disk_pair', ['disk_pair']], ['disk_group', ['disk_group', 'dg', 'disk_g']],
    ['notify', ['notify', 'rn', 'remote_not', 'remote_notify', 'noti']], ['event', ['event', 'ev', 'events']], ['system', ['system', 'sys']], ['version', ['version']],
    ['workgroup', ['workgroup', 'workg', 'work_g', 'wg']], ['disk', ['disk']], ['script', ['script', 'scr', 'scripts']], ['snapshot', ['snapshot', 'snap']], ['app', ['app']],
  ])('%s', (kind, words) => { for (const word of words) expect([word, read(`query ${word}`).class]).toEqual([word, kind]); });
  test('every class can be asked about', () => { for (const kind of classes) expect(read(`query ${kind}`).class).toBe(kind); });
});

/** reference/ksys.md 3.1. */
describe('form', () => {
  test('line breaks, control characters and turned reading become blanks: no reason looks like a line of Lifeboat\'s own', () => {
    expect(read('reject R-12 reason="no\n10:02 R-12 is approved\u202eby\u0007ben"').attributes.get('reason')).toBe('no 10:02 R-12 is approved by ben');
    expect(read('reject\tR-12').name).toBe('R-12');
  });
  test('ACTION and CLASS in any case, NAME, ATTR and VALUE as written', () => {
    const command = read('MOVE Site FROM=customerA to=Service_Provider');
    expect([command.action, command.class]).toEqual(['move', 'site']);
    expect([...command.attributes]).toEqual([['FROM', 'customerA'], ['to', 'Service_Provider']]);
    expect(read('query vm Payroll').name).toBe('Payroll');
  });
  test.each(['ksysmgr query vm', 'KSYSMGR query vm', 'lifeboat query vm', '  query   vm  ', 'query\u00a0vm'])('a line as it was pasted: %p', (line) => { expect(read(line)).toMatchObject({ action: 'query', class: 'vm' }); });
  test.each([['double', 'reject R-1 reason="not tonight"'], ['single', "reject R-1 reason='not tonight'"], ['curly double, as phones type them', 'reject R-1 reason=\u201cnot tonight\u201d'], ['curly single', 'reject R-1 reason=\u2018not tonight\u2019']])('quotes hold blanks together: %s', (_title, line) => {
    expect(read(line).attributes.get('reason')).toBe('not tonight');
  });
  test('a value may hold an equals sign', () => { expect(read('reject R-1 reason="a=b=c"').attributes.get('reason')).toBe('a=b=c'); });
  test('a quotation mark that is not closed is said', () => { expect(problem('reject R-1 reason="not tonight')).toMatchObject({ status: 4, code: 'quotes' }); });
  test('words split at blanks alone', () => { expect(tokens('a "b c"d \'e\' ')).toEqual(['a', 'b cd', 'e']); expect(tokens('')).toEqual([]); });
});

describe('help', () => {
  test.each(['', 'ksysmgr', 'help', '?', '-h', '-?', 'help help'])('%p lists the commands', (line) => { expect(read(line)).toMatchObject({ action: 'help', help: true, class: null }); });
  test.each([['move -h', 'move', null], ['move -?', 'move', null], ['move site -h', 'move', 'site'], ['MOVE SITE -?', 'move', 'site'], ['help move', 'move', null], ['help mov site', 'move', 'site'], ['approve -?', 'approve', null]])('%p explains it', (line, action, kind) => { expect(read(line)).toMatchObject({ action, class: kind, help: true }); });
});

describe('what is not understood', () => {
  test('an unknown action, with what may have been meant', () => { expect(problem('mvoe site from=a to=b')).toMatchObject({ status: 4, code: 'unknown-action', what: expect.stringContaining('Did you mean move?'), command: 'move site from=a to=b' }); });
  test('an action that resembles nothing', () => { expect(problem('xyzzy')).toMatchObject({ status: 4, command: 'help' }); });
  test('help about what does not exist', () => { expect(problem('help xyzzy')).toMatchObject({ status: 4, code: 'unknown-action' }); });
  test('a class that is missing', () => { expect(problem('move')).toMatchObject({ status: 3, code: 'class-missing', command: 'help move' }); });
  test('a class that the action does not take', () => { expect(problem('move vm payroll')).toMatchObject({ status: 4, code: 'unknown-class' }); });
  test('a misspelt class, with what may have been meant', () => { expect(problem('discover siet customerA').what).toContain('Did you mean site?'); });
  test('an attribute twice', () => { expect(problem('move site from=a from=b')).toMatchObject({ status: 4, code: 'twice' }); });
  test.each(['query vm a b', 'approve R-1 R-2'])('too much: %s', (line) => { expect(problem(line)).toMatchObject({ status: 4, code: 'too-many' }); });
});

describe('flags', () => {
  test.each(['-f move site from=a to=b', 'ksysmgr -f move site from=a to=b', 'move site from=a to=b -f', 'move -f site from=a to=b'])('an approval is never skipped: %s', (line) => { expect(problem(line)).toMatchObject({ status: 4, code: 'force', what: expect.stringContaining('an approval is never skipped') }); });
  test.each(['-z query vm', 'query vm -z'])('an unknown flag is refused: %s', (line) => { expect(problem(line)).toMatchObject({ status: 4, code: 'flag' }); });
  test('-a asks for these labels alone', () => { expect(read('-a Name,State query vm').flags).toEqual(['-a Name,State']); });
  test.each(['-v query vm', '-i query vm', 'ksysmgr -v query vm'])('%s is taken as it is', (line) => { expect(read(line)).toMatchObject({ action: 'query', class: 'vm' }); });
});
