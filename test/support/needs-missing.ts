import { expect, test } from '@jest/globals';
import { needs } from './needs.js';

// Run by needs.test.ts in a jest of its own.
needs('no-such-thing', () => false, 'apt-get install no-such-thing')('what cannot run here', () => { test('is reached', () => { expect(true).toBe(false); }); });
needs('node', () => true, '')('what can run here', () => { test('runs', () => { expect(1 + 1).toBe(2); }); });
