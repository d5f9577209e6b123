import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Inspector</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<header><h1>Inspector</h1><span id="live" role="status">not connected</span><button id="reset" type="button">Reset</button><span id="told" role="status"></span></header>
<main>
<section aria-labelledby="j"><h2 id="j">Journal</h2><ol id="journal" aria-labelledby="j"></ol></section>
<div>
<h2>Send a message</h2>
<form id="send"><select id="protocol" aria-label="Protocol"></select><input id="text" aria-label="Text" value="@chunks 5"><input id="key" type="password" autocomplete="off" aria-label="Key" placeholder="key, if it asks for one"><button>Send</button></form>
<h2>Faults</h2>
<div id="faults"></div>
<form id="fault"><input id="json" aria-label="Fault as JSON" value='{"kind": "cut", "at": {"event": 2}}'><button>Set</button></form>
<h2>Clock</h2>
<form id="clock"><input id="ms" type="number" min="0" value="60000" aria-label="Milliseconds"><button>Advance</button></form>
<details id="more"><summary>State</summary><pre id="state" tabindex="0" aria-label="State"></pre></details>
<details id="shown"><summary>Agent card</summary><pre id="card" tabindex="0" aria-label="Agent card"></pre></details>
<section id="one" aria-label="Request"></section>
</div>
</main>
<script>${SCRIPT}</script>
</html>
`;

const HASH = createHash('sha256').update(SCRIPT).digest('base64');
/** Only its own script runs, it speaks with nobody but its server, and no other page frames it. */
const POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${HASH}'`,
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A page that shows the journal as it grows, sends messages, and sets faults. */
export function addInspector(app: FastifyInstance, prefix: string): void {
  app.get(`${prefix}/ui`, (_request, reply) =>
    reply.header('content-security-policy', POLICY).type('text/html; charset=utf-8').send(PAGE),
  );
}
