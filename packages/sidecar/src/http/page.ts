/**
 * The one page that a sidecar serves to browsers: its health document as a table, and the few things that can be done.
 * The token comes in the fragment of the link, which no browser sends and no log sees, and stays in this origin's tab.
 */
import { createHash } from 'node:crypto';
import type { HttpAnswer } from '@outrider/shared/http/answer.js';

const SCRIPT = `
const at = (id) => document.getElementById(id);
const say = (text) => { at('answer').textContent = text; };
const takeToken = () => {
  const given = new URLSearchParams(location.hash.slice(1)).get('token');
  if (given !== null) {
    sessionStorage.setItem('token', given);
    history.replaceState(null, '', location.pathname);
  }
  const known = sessionStorage.getItem('token') !== null;
  for (const one of document.querySelectorAll('button')) one.disabled = !known;
  at('why').textContent = known ? '' : 'Open the link with the token that the sidecar prints to do more than look.';
};
const rowsOf = (value, path) => {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  if (entries.length === 0) return [[path, typeof value === 'object' ? '–' : String(value)]];
  return entries.flatMap(([name, one]) => rowsOf(one, path === '' ? name : path + ' / ' + name));
};
const show = (value) => {
  at('status').replaceChildren(...rowsOf(value, '').map(([name, text]) => {
    const row = document.createElement('tr');
    const head = document.createElement('th');
    const cell = document.createElement('td');
    head.scope = 'row';
    head.textContent = name;
    cell.textContent = text;
    row.append(head, cell);
    return row;
  }));
};
const look = async () => {
  try {
    show(await (await fetch('/health')).json());
    at('seen').textContent = 'As of ' + new Date().toLocaleTimeString() + '.';
  } catch {
    at('seen').textContent = 'No answer since; what is shown is old.';
  }
  setTimeout(look, 2000);
};
const act = async (path) => {
  say('Asking …');
  try {
    const headers = { authorization: 'Bearer ' + sessionStorage.getItem('token') };
    const answer = await fetch(path, { method: 'POST', headers });
    say(answer.ok ? 'Accepted.' : (await answer.json()).error);
  } catch {
    say('No answer.');
  }
};
at('act').addEventListener('submit', (event) => {
  event.preventDefault();
  void act('/agents/' + encodeURIComponent(at('agent').value) + '/restart');
});
addEventListener('hashchange', takeToken);
takeToken();
void look();
`;

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color-scheme: light dark; }
table { border-collapse: collapse; } th { text-align: left; font-weight: 500; }
th, td { border-bottom: 1px solid #8886; padding: .2rem 1rem .2rem 0; overflow-wrap: anywhere; vertical-align: top; }
`;

const CONTROLS =
  '<label for="agent">Agent</label> <input id="agent" required autocomplete="off"> <button disabled>Restart</button>';

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const POLICY =
  `default-src 'none'; script-src ${hashOf(SCRIPT)}; style-src ${hashOf(STYLE)}; connect-src 'self'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Static: nothing that anybody has named is in it. */
export const page = (): HttpAnswer => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  headers: { 'content-security-policy': POLICY },
  body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Outrider sidecar</title><style>${STYLE}</style></head>
<body><main><h1>Outrider sidecar</h1>
<form id="act">${CONTROLS} <span id="why"></span></form>
<p id="answer" role="status"></p><p id="seen"></p>
<table aria-label="Status"><tbody id="status"></tbody></table></main>
<script>${SCRIPT}</script></body></html>
`,
});
