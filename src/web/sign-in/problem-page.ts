import type { WebProblem } from '../problem.js';

const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (mark) => marks[mark]!);

/** A page of its own for what goes wrong on the way back from the issuer, where the console is not loaded yet. */
export const problemPage = ({ what, next, command }: WebProblem): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Not signed in · Lifeboat</title><link rel="stylesheet" href="/style.css"></head>
<body><main class="sign-in"><h1>Not signed in</h1><p class="notice problem" role="alert">${escaped(what)}</p><p>${escaped(next)}${command === null ? '' : ` <code>${escaped(command)}</code>`}</p><p><a href="/">Back to the console</a></p></main></body></html>
`;
