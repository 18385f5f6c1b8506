import type { ServerResponse } from 'node:http';

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

/** Slack's page follows on the form, so that the form may lead anywhere over TLS; nothing else is loaded or framed. */
const headers = { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', 'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'" };

function page(response: ServerResponse, status: number, title: string, body: string): void {
  if (response.headersSent) return;
  response.writeHead(status, headers).end(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)} - Lifeboat</title><style>body{font:16px/1.5 sans-serif;max-width:36em;margin:3em auto;padding:0 1em;color-scheme:light dark}input,button{font:inherit;padding:.4em .6em}</style><h1>${escaped(title)}</h1>${body}</html>\n`);
}

export const sayPage = (response: ServerResponse, status: number, title: string, says: string): void => page(response, status, title, `<p>${escaped(says)}</p>`);

/** Asks for the one-time code; sending it off leads on to Slack. */
export const installPage = (response: ServerResponse, status: number, problem: string): void => page(response, status, 'Install in a Slack workspace', `${problem === '' ? '' : `<p role="alert"><strong>${escaped(problem)}</strong></p>`}<p>An operator of the provider types <code>code slack-install</code> in the console or the CLI, and enters the code here. It works once.</p><form method="post" action="/slack/install"><label>Code <input name="code" autocomplete="one-time-code" required autofocus></label> <button>Go on to Slack</button></form>`);
