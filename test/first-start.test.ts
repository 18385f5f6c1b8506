import { expect, test } from '@jest/globals';
import { firstStartNotice } from '../src/first-start.js';
import { anEstate } from './web/support.js';

const real = anEstate({ simulated: false });
const address = 'https://lifeboat.example';

test('a Lifeboat that nobody has signed in to says how its first operator of the provider gets in', () => {
  expect(firstStartNotice(real, { anybodyKnown: false, address })).toBe('Nobody has signed in to this Lifeboat yet. Its first operator is ana (Ana Silva). On this machine, as the user that runs Lifeboat: lifeboat login-code ana web. Then enter the code at https://lifeboat.example. See docs/people.md.');
});
test('it says nothing once anybody has, nor where everybody is let in', () => {
  expect(firstStartNotice(real, { anybodyKnown: true, address })).toBeNull();
  expect(firstStartNotice(anEstate(), { anybodyKnown: false, address })).toBeNull();
});
