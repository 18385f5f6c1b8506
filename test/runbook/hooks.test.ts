import { describe, expect, test } from '@jest/globals';
import type { ExternalAction, HookName, HookScript, SystemAttributes } from '../../src/core/estate.js';
import { hookEntities } from '../../src/core/hooks.js';
import type { PlanDraft, Step } from '../../src/core/plan.js';
import { withHooks } from '../../src/runbook/hooks.js';
import { engineOn, hadr, operation, stateOf, tenantWith } from '../engine/attributes/support.js';

const action: ExternalAction = { name: 'look', kind: 'command', program: ['/usr/bin/true'], tenants: 'all', parameters: ['site', 'from', 'to', 'vm', 'group'], effect: 'changes', probe: null, timeoutMs: 60_000 };
const wgs = [{ name: 'WG1', hostGroup: 'HG1', vms: ['ziti001'] }];
const nameOf: Record<HookScript['entity'], string> = { site: 'home_site', host_group: 'HG1', workgroup: 'WG1', vm: 'ziti032' };

async function planned(hooks: readonly (readonly [HookName, HookScript['entity']])[], verb: 'discover' | 'verify' | 'move' = 'move', system: SystemAttributes = {}, more: { drTest?: true } = {}): Promise<PlanDraft> {
  const estate = { ...tenantWith({ system: { ...hadr.tenants[0]!.system, ...system }, workgroups: wgs, scripts: hooks.map(([hook, entity]) => ({ hook, entity, name: nameOf[entity], action: 'look' })) }), actions: [action] };
  return withHooks(await engineOn(estate).plan(operation(estate, verb, verb === 'move' && !more.drTest ? 'planned' : null, more)), stateOf(estate));
}
const hookOf = (draft: PlanDraft): Step => draft.steps.find(({ entity }) => entity.class === 'script')!;
const followers = (draft: PlanDraft, id: string): string[] => draft.steps.filter(({ after }) => after.includes(id)).map((step) => step.id);

describe('a hook script in a plan', () => {
  test.each<[HookName, HookScript['entity'], 'discover' | 'verify' | 'move', around: readonly string[]]>([
    ['pre_discovery', 'vm', 'discover', ['discover-vm:ziti032']], ['post_discovery', 'workgroup', 'discover', ['discover-vm:ziti001']],
    ['pre_verify', 'host_group', 'verify', ['verify-vm:ziti030', 'verify-vm:ziti032', 'verify-vm:ziti005', 'verify-vm:ziti001']], ['post_verify', 'site', 'verify', ['verify-vm:ziti030', 'verify-vm:ziti032', 'verify-vm:ziti005', 'verify-vm:ziti001']],
    ['pre_offline', 'vm', 'move', ['stop-vm:ziti032']], ['post_offline', 'workgroup', 'move', ['stop-vm:ziti001']], ['pre_online', 'workgroup', 'move', ['start-vm:ziti001']], ['post_online', 'vm', 'move', ['start-vm:ziti032']],
    ['pre_network_configuration', 'vm', 'move', ['define-vm:ziti032']], ['post_network_configuration', 'vm', 'move', ['define-vm:ziti032']], ['pre_storage_replication', 'workgroup', 'move', ['reverse-group:WG1']], ['post_storage_replication', 'workgroup', 'move', ['reverse-group:WG1']],
  ])('%s of a %s stands around its steps', async (hook, entity, verb, around) => {
    const draft = await planned([[hook, entity]], verb);
    const script = hookOf(draft);
    if (hook.startsWith('pre_')) {
      expect(followers(draft, script.id).toSorted()).toEqual(around.toSorted());
      expect([script.onFailure, script.whatever ?? false]).toEqual(['stop', false]);
      const before = draft.steps.find(({ id }) => id === around[0])!.after.filter((id) => id !== script.id);
      expect(script.after).toEqual(expect.arrayContaining(before));
    } else {
      expect([...script.after].toSorted()).toEqual(around.toSorted());
      expect([script.onFailure, script.whatever]).toEqual(['warn', true]);
    }
  });
  test('is told what it may want to know', async () => {
    expect(hookOf(await planned([['pre_offline', 'vm']])).args.parameters).toEqual({ site: 'home_site', from: 'home_site', to: 'backup_site', vm: 'ziti032', group: '' });
    expect(hookOf(await planned([['pre_storage_replication', 'workgroup']])).args.parameters).toMatchObject({ vm: '', group: 'WG1' });
  });
  test.each<[attribute: string, system: SystemAttributes, timeoutMs: number]>([['none: the action\'s own', {}, 60_000], ['5 seconds', { customScriptTimeoutMs: 5_000 }, 5_000]])('system.custom_script_timeout limits it: %s', async (_value, system, timeoutMs) => {
    expect(hookOf(await planned([['pre_offline', 'vm']], 'move', system)).timeoutMs).toBe(timeoutMs);
  });
  test('is left out of rehearsals, and where it may not hang', async () => {
    expect(hookOf(await planned([['pre_online', 'vm']], 'move', {}, { drTest: true }))).toBeUndefined();
    expect(hookEntities.pre_online).not.toContain('site');
    expect(hookOf(await planned([['pre_online', 'site']]))).toBeUndefined();
  });
  test('of several entities stands in the order of the plan: before the VM stops, before storage switches, before it starts', async () => {
    const draft = await planned([['pre_online', 'vm'], ['pre_storage_replication', 'host_group'], ['pre_offline', 'vm']]);
    expect(draft.steps.filter(({ entity }) => entity.class === 'script').map(({ entity }) => entity.name)).toEqual(['pre_offline ziti032', 'pre_storage_replication HG1', 'pre_online ziti032']);
  });
});
