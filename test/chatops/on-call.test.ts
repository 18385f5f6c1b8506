import { describe, expect, test } from '@jest/globals';
import { changesOnCall, identitiesOnCall } from '../../src/chatops/on-call.js';
import { minute, noon, Story } from './fixture.js';

function linked(): Story {
  const story = new Story();
  for (const name of ['ana', 'ben', 'cy', 'dee', 'eve']) story.link(name, `T1/U${name.toUpperCase()}`);
  return story;
}
const away = (story: Story, from: string, to: string): void => { story.add({ type: 'delegation.given', from, to, until: noon + 60 * minute, reason: 'on leave' }); };
const of = (story: Story, tenant = 'cluster01', now = noon): string[] => identitiesOnCall(story.state, tenant, 'slack', now).toSorted();

describe('who could decide for a tenant now', () => {
  test('its approvers and the provider\'s, and nobody who only looks', () => expect([of(linked()), of(linked(), 'cluster02')]).toEqual([['T1/UANA', 'T1/UBEN', 'T1/UCY'], ['T1/UBEN', 'T1/UEVE']]));
  test('who is away is replaced by whoever stands in, until that is over', () => {
    const story = linked();
    away(story, 'cy', 'dee');
    expect([of(story), of(story, 'cluster01', noon + 61 * minute)]).toEqual([['T1/UANA', 'T1/UBEN', 'T1/UDEE'], ['T1/UANA', 'T1/UBEN', 'T1/UCY']]);
  });
  test('standing in for somebody who decides nothing there brings nobody in', () => {
    const story = linked();
    away(story, 'eve', 'dee');
    expect(of(story)).toEqual(['T1/UANA', 'T1/UBEN', 'T1/UCY']);
  });
  test('whoever is linked nowhere is in no group', () => expect(of(new Story())).toEqual([]));
  test('links and delegations change it, votes do not', () => {
    const story = new Story();
    expect([changesOnCall([story.link('ana', 'T1/UANA')]), changesOnCall([story.propose()])]).toEqual([true, false]);
  });
});
