import { describe, expect, test } from '@jest/globals';
import { holdsSecret, redactText } from '../../src/core/redact.js';

const canary = 'Canary7Value';

/** Invariant 49: what looks like a secret never reaches journal, chat or report. */
describe('secrets go', () => {
  test.each([
    ['an assignment', `add hmc vmhmc1 login=hscroot password=${canary} site=customerA`],
    ['with a colon', `token: ${canary}`],
    ['with blanks around the sign', `password = ${canary}`],
    ['in upper case', `PASSWORD=${canary}`],
    ['as part of a longer name', `DB_PASSWORD=${canary} smtp.secret=${canary} aws_secret_access_key=${canary}`],
    ['in double quotes, with blanks', `password="two ${canary} words"`],
    ['in single quotes, with blanks', `passwd='two ${canary} words'`],
    ['in JSON', `{"user":"hscroot","password":"${canary}"}`],
    ['api_key, apikey, api-less private_key', `api_key=${canary} apikey=${canary} private_key=${canary}`],
    ['a passphrase', `passphrase: ${canary}`],
    ['a bearer token', `Authorization: Bearer ${canary}.abc-def`],
    ['a bearer token behind a name', `token: Bearer ${canary}.abc`],
    ['a Slack bot token', `xoxb-123456-${canary}`],
    ['a Slack app token', `xapp-1-${canary}`],
    ['a JSON web token', `eyJhbGciOiJIUzI1NiJ9.${canary}payload.${canary}`],
    ['the password in an address', `postgres://lifeboat:${canary}@db.example/lifeboat`],
    ['a password with an at sign in an address', `smtp://user:p@${canary}@mail.example:25`],
    ['an address with a password alone', `redis://:${canary}@cache.example`],
    ['a private key', `-----BEGIN RSA PRIVATE KEY-----\n${canary}\n-----END RSA PRIVATE KEY-----`],
    ['a private key that was cut off', `-----BEGIN PRIVATE KEY-----\n${canary}`],
  ])('%s', (_title, text) => {
    expect(redactText(text)).not.toContain(canary);
    expect(holdsSecret(text)).toBe(true);
    expect(holdsSecret(redactText(text))).toBe(false);
  });

  test('an AWS key id', () => { expect(redactText('AKIAIOSFODNN7EXAMPLE')).toBe('[redacted]'); });
  test('the name and everything around stay', () => { expect(redactText(`login=hscroot password=${canary} site=customerA`)).toBe('login=hscroot password=[redacted] site=customerA'); });
});

describe('what is no secret stays', () => {
  test.each(['password=env:HMC_PASSWORD', 'move site from=customerA to=service_provider dr_type=planned reason="array is dead"', 'approve R-12', 'https://lifeboat.example:3000/#/runs/R-12', 'mail ana@provider.example at 12:00', 'the token was rotated', 'HOST_FAILURE of pbrazos: host is Power Off'])('%s', (text) => {
    expect(redactText(text)).toBe(text);
    expect(holdsSecret(text)).toBe(false);
  });
});
