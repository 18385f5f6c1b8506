import { createEmulator } from 'emulate';

export const twilioAccount = { sid: 'AC00000000000000000000000000000000', token: 'twilio_test_auth_token', number: '+15551234567' };
const authorization = `Basic ${Buffer.from(`${twilioAccount.sid}:${twilioAccount.token}`).toString('base64')}`;

/** A Twilio of somebody else's making: it knows the messages, signs what it sends, and moves them on when told. */
export async function startTwilio(inbound: string) {
  const emulator = await createEmulator({ service: 'twilio', port: 0, seed: { twilio: { accounts: [{ sid: twilioAccount.sid, auth_token: twilioAccount.token }], phone_numbers: [{ phone_number: twilioAccount.number, account_sid: twilioAccount.sid, sms_url: inbound }] } } } as never);
  const host = new URL(emulator.url).host.replace('localhost', '127.0.0.1');
  const call = async (path: string, form?: Record<string, string>): Promise<{ status: number; json: Record<string, unknown> }> => {
    const response = await fetch(`http://${host}${path}`, { headers: { authorization }, ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}) });
    return { status: response.status, json: await response.json() as Record<string, unknown> };
  };
  return {
    /** For SMS_URL. */
    url: `twilio://${twilioAccount.sid}:${twilioAccount.token}@${host}`,
    host,
    messages: async () => (await call(`/2010-04-01/Accounts/${twilioAccount.sid}/Messages.json`)).json.messages as { sid: string; to: string; from: string; body: string; status: string; direction: string }[],
    moveOn: (sid: string, status: string) => call('/_twilio/simulate/message-status', { MessageSid: sid, Status: status }),
    receives: (from: string, body: string) => call('/_twilio/simulate/inbound-message', { To: twilioAccount.number, From: from, Body: body }),
    close: () => emulator.close(),
  };
}
