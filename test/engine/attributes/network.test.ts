import { describe, expect, test } from '@jest/globals';
import type { Estate, Workgroup } from '../../../src/core/estate.js';
import { engineOn, hadr, hostWith, operation, rt11, stateOf, systemWith, tenantWith, verified, vmWith } from './support.js';

const map = (home: string, backup: string) => [{ home, backup }];
/** ziti032 in a workgroup of its own. */
const inGroup = (change: Partial<Workgroup>, estate: Estate = hadr): Estate => tenantWith({ workgroups: [{ name: 'WG1', hostGroup: 'HG1', vms: ['ziti032'], ...change }] }, estate);
/** rt11 with a second virtual switch. */
const twoSwitches = hostWith(rt11, { vswitches: ['ETHERNET0', 'DR0', 'TEST0'] });
const plain = systemWith({ drVlanMap: [] }, twoSwitches);

/** Without the VMs in VLAN 20: one VM that no map covers refuses the whole rehearsal. */
const onlyVlan10 = (estate: Estate): Estate => tenantWith({ vms: estate.tenants[0]!.vms.filter((vm) => vm.vlan === 10) }, estate);

/** VLAN and switch in which ziti032 is defined at rt11: for real, or in a rehearsal. */
async function networkThere(estate: Estate, rehearsal: boolean): Promise<string> {
  const on = engineOn(estate);
  const draft = await on.plan(operation(estate, 'move', rehearsal ? null : 'planned', rehearsal ? { drTest: true } : {}));
  await on.take(draft, rehearsal ? 'define-test-vm:ziti032' : 'define-vm:ziti032');
  const { vlan, vswitch } = Object.values(on.lab.world.world.instances).find(({ vm, host }) => vm === 'ziti032' && host === rt11)!.shape;
  return `${vlan} on ${vswitch}`;
}

describe('what a host must have for a VM', () => {
  test.each<[attribute: string, estate: Estate, why: RegExp | null]>([
    ['nothing changed', hadr, null],
    ['host.vlans', hostWith(rt11, { vlans: [20] }), /VLAN 10 is missing on rt11/],
    ['host.vswitches', hostWith(rt11, { vswitches: ['OTHER'] }), /virtual switch ETHERNET0 is missing on rt11/],
    ['vm.vlan', vmWith('ziti032', { vlan: 30 }), /VLAN 30 is missing on rt11/],
    ['vm.vswitch', vmWith('ziti032', { vswitch: 'OWN' }), /virtual switch OWN is missing on rt11/],
    ['vm.vswitch', vmWith('ziti032', { vswitch: 'OWN' }, hostWith(rt11, { vswitches: ['OWN', 'ETHERNET0'] })), null],
    ['system.vlanmap', systemWith({ vlanMap: map('10', '911') }), /VLAN 911 is missing on rt11/],
    ['system.vswitchmap', systemWith({ vswitchMap: map('ETHERNET0', 'DR0') }), /virtual switch DR0 is missing on rt11/],
  ])('%s (row %#)', async (_attribute, estate, why) => {
    const said = await verified(estate, 'ziti032');
    if (why === null) expect(said).toBeNull();
    else expect(said).toMatch(why);
  });
});

describe('the network of a VM at the backup site', () => {
  test.each<[attribute: string, estate: Estate, real: string]>([
    ['nothing changed', twoSwitches, '10 on ETHERNET0'],
    ['system.vlanmap', systemWith({ vlanMap: map('10', '910') }), '910 on ETHERNET0'],
    ['system.vswitchmap', systemWith({ vswitchMap: map('ETHERNET0', 'DR0') }, twoSwitches), '10 on DR0'],
    ['workgroup.vlanmap', inGroup({ vlanMap: map('10', '920') }, systemWith({ vlanMap: map('10', '910') })), '920 on ETHERNET0'],
    ['workgroup.vswitchmap', inGroup({ vswitchMap: map('ETHERNET0', 'TEST0') }, systemWith({ vswitchMap: map('ETHERNET0', 'DR0') }, twoSwitches)), '10 on TEST0'],
    ['maps for rehearsals', inGroup({ drVlanMap: map('10', '920') }, systemWith({ drVlanMap: map('10', '910') })), '10 on ETHERNET0'],
  ])('of a real move: %s', async (_attribute, estate, real) => { expect(await networkThere(estate, false)).toBe(real); });

  test.each<[attribute: string, estate: Estate, rehearsed: string]>([
    ['system.drvlanmap', systemWith({ drVlanMap: map('10', '910') }, onlyVlan10(plain)), '910 on ETHERNET0'],
    ['system.drvswitchmap', systemWith({ drVswitchMap: map('ETHERNET0', 'TEST0') }, onlyVlan10(plain)), '10 on TEST0'],
    ['workgroup.drvlanmap', inGroup({ drVlanMap: map('10', '920') }, hadr), '920 on ETHERNET0'],
    ['workgroup.drvswitchmap', inGroup({ drVswitchMap: map('ETHERNET0', 'TEST0') }, twoSwitches), '910 on TEST0'],
  ])('of a rehearsal: %s', async (_attribute, estate, rehearsed) => { expect(await networkThere(estate, true)).toBe(rehearsed); });

  test('without a map for rehearsals none is possible, whatever maps real moves have (system.drvlanmap)', async () => {
    const estate = systemWith({ drVlanMap: [], vlanMap: map('10', '910') });
    expect((await engineOn(estate).refused(operation(estate, 'move', null, { drTest: true }), stateOf(estate))).what).toMatch(/Test VMs would stand in production's network.*no rehearsal map/);
  });
  test('a rehearsal is verified against its own network (system.drvlanmap)', async () => {
    const estate = systemWith({ drVlanMap: [{ home: '10', backup: '911' }, { home: '20', backup: '920' }] });
    const on = engineOn(estate);
    expect(await on.take(await on.plan(operation(estate, 'move', null, { drTest: true })), 'verify-vm:ziti032')).toMatchObject({ kind: 'not-done', why: expect.stringContaining('VLAN 911 is missing') });
  });
});
