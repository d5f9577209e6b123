/** Runs in the page, as it stands here: no framework, nothing loaded. Whatever came over a wire becomes text, never markup. */
export const SCRIPT = String.raw`
'use strict';
const by = (id) => document.getElementById(id);
const make = (tag, text, more) => Object.assign(document.createElement(tag), { textContent: text ?? '' }, tag === 'pre' && { tabIndex: 0 }, more);
const pretty = (value) => (typeof value === 'string' ? value : JSON.stringify(value, null, 2));
const base = location.pathname.replace(/\/ui\/?$/, '');
const requests = new Map();
let chosen, state = { url: '', urls: {} };

async function control(method, path, body) {
  const response = await fetch(base + path, { method, body: body === undefined ? undefined : JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error.message);
  return answer;
}
const tell = (text, isError) => Object.assign(by('told'), { textContent: text, className: isError ? 'error' : '' });
const doing = (what) => (event) => { event?.preventDefault?.(); tell(''); return what(event).then(refresh).catch((error) => tell(error.message, true)); };

function row(one) {
  let item = by('r' + one.id);
  if (!item) {
    item = make('li', '', { id: 'r' + one.id });
    const button = item.appendChild(make('button', '', { type: 'button' }));
    button.addEventListener('click', () => { chosen = one.id; for (const other of requests.values()) row(other); show(); });
    by('journal').prepend(item);
  }
  const { answer } = one;
  const status = !answer || !answer.status ? '' : answer.status + (answer.events?.length ? ' · ' + answer.events.length : '') + (answer.end ? '' : ' …');
  const button = item.firstChild;
  button.setAttribute('aria-pressed', String(chosen === one.id));
  button.replaceChildren(make('span', one.method), make('code', one.path), make('span', answer?.end === 'broken' ? status + ' broken' : status, { className: answer?.end === 'broken' ? 'broken' : '' }));
}

function lane(one) {
  const { events, end } = one.answer;
  const length = Math.max(1, events.at(-1).at - one.at);
  const line = make('div', '', { className: 'lane', role: 'img', ariaLabel: events.length + ' events in ' + length + ' ms' });
  for (const { at, data } of events) {
    const tick = line.appendChild(make('i', '', { title: '+' + (at - one.at) + ' ms ' + data.slice(0, 200) }));
    tick.style.left = 'calc(' + (98 * (at - one.at)) / length + '% + 2px)';
  }
  return [make('h2', 'Timeline: ' + events.length + ' events in ' + length + ' ms' + (end ? ', ' + end : ', open')), line];
}

function show() {
  const one = requests.get(chosen);
  if (!one) return by('one').replaceChildren(make('p', 'Choose a request.', { className: 'quiet' }));
  const { answer } = one;
  const parts = [make('h2', one.method + ' ' + one.path), make('p', [one.protocol, new Date(one.at).toISOString()].filter(Boolean).join(' · '), { className: 'quiet' }),
    make('pre', pretty(one.headers))];
  if (one.body) parts.push(make('pre', pretty(one.json ?? one.body)));
  if (answer?.events?.length) {
    parts.push(...lane(one));
    for (const { at, event, data } of answer.events.slice(-200)) parts.push(make('pre', '+' + (at - one.at) + ' ms ' + (event ? event + ' ' : '') + data));
  }
  if (answer?.status) parts.push(make('h2', 'Answer ' + answer.status), make('pre', pretty(answer.headers)));
  if (answer?.body) parts.push(make('pre', pretty(answer.json ?? answer.body)));
  by('one').replaceChildren(...parts);
}

function watch() {
  const source = new EventSource(base + '/journal/live');
  const forget = () => { requests.clear(); by('journal').replaceChildren(); chosen = undefined; show(); };
  source.addEventListener('open', () => { forget(); by('live').textContent = 'live'; });
  source.addEventListener('error', () => (by('live').textContent = 'not connected'));
  source.addEventListener('cleared', forget);
  const changed = (one) => { row(one); if (chosen === one.id) show(); };
  source.addEventListener('request', ({ data }) => {
    const one = JSON.parse(data);
    requests.set(one.id, one);
    if (requests.size > 1000) { const [oldest] = requests.keys(); requests.delete(oldest); by('r' + oldest)?.remove(); }
    changed(one);
  });
  source.addEventListener('answer', ({ data }) => {
    const { id, answer } = JSON.parse(data), one = requests.get(id);
    if (one) { one.answer = { ...answer, events: one.answer?.events ?? [] }; changed(one); }
  });
  source.addEventListener('event', ({ data }) => {
    const { id, event } = JSON.parse(data), one = requests.get(id);
    if (one) { (one.answer ??= { events: [] }).events.push(event); changed(one); }
  });
}

const message = (text, more) => ({ messageId: crypto.randomUUID(), ...more(text) });
const rpc = (method, params) => ({ jsonrpc: '2.0', id: 1, method, params });
const kinds = (text) => ({ kind: 'message', role: 'user', parts: [{ kind: 'text', text }] });
/** With the key of the account that is there where nobody says otherwise. */
const completion = (path, text) => [path, { model: 'echo', messages: [{ role: 'user', content: text }], stream: true }, by('key').value === '' ? { authorization: 'Bearer oaa_test_ada' } : {}];
/** By protocol, or family: where a message goes, and how it is written. */
const SENT = {
  'a2a@0.1': (text) => ['', rpc('tasks/sendSubscribe', { id: crypto.randomUUID(), message: { role: 'user', parts: [{ type: 'text', text }] } })],
  'a2a@0.2': (text) => ['', rpc('message/stream', { message: message(text, kinds) })],
  'a2a@0.3': (text) => ['', rpc('message/stream', { message: message(text, kinds) })],
  a2a: (text) => ['', rpc('SendStreamingMessage', { message: message(text, () => ({ role: 'ROLE_USER', parts: [{ text }] })) }), { 'a2a-version': '1.0' }],
  chat: (text) => ['/api/chat-stream', { messages: [{ role: 'user', content: text }] }],
  responses: (text) => ['/responses', { model: 'echo', input: text, stream: true }],
  'open-agent@0.7': (text) => completion('/chat/completions', text),
  'open-agent@readme': (text) => completion('/v1/chat/completions', text),
};
async function send() {
  const id = by('protocol').value;
  const [path, body, headers] = (SENT[id] ?? SENT[id.split('@')[0]])(by('text').value);
  const key = by('key').value;
  const response = await fetch(state.urls[id].slice(state.url.length) + path, { method: 'POST', body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...(key && { authorization: 'Bearer ' + key }), ...headers } });
  await response.text().catch(() => '');
  tell('Sent over ' + id + ': ' + response.status);
}

const FAULTS = [
  ['cut inside an event', { kind: 'cut', at: { inside: 0 }, how: 'reset' }], ['stall', { kind: 'stall', at: { event: 1 } }],
  ['event twice', { kind: 'duplicate', event: 0 }], ['truncated', { kind: 'truncate' }], ['slow', { kind: 'pace', firstMs: 800, perSecond: 5 }],
  ['wrong content type', { kind: 'content-type', value: 'text/html' }],
  ['webhook twice', { on: 'webhook', kind: 'duplicate', event: 0 }], ['webhook unsigned', { on: 'webhook', kind: 'unsigned' }],
  ['webhook cut', { on: 'webhook', kind: 'cut', at: { inside: 0 }, how: 'reset' }],
];
const same = (fault, wanted) => (fault.on ?? 'answer') === (wanted.on ?? 'answer') && Object.entries(wanted).every(([name, value]) => JSON.stringify(fault[name]) === JSON.stringify(value));
function toggles() {
  by('faults').replaceChildren(...FAULTS.map(([name, fault]) => {
    const set = state.faults.find((one) => same(one.fault, fault));
    const label = make('label'), box = make('input', '', { type: 'checkbox', checked: set !== undefined });
    box.addEventListener('change', doing(() => (set ? control('DELETE', '/faults/' + set.id) : control('POST', '/faults', { ...fault, rate: 1 }))));
    label.append(box, ' ' + name);
    return label;
  }));
}
async function refresh() {
  state = await control('GET', '/state');
  by('state').textContent = pretty(state);
  if (by('protocol').children.length === 0) by('protocol').append(...Object.keys(state.urls).map((id) => make('option', id, { value: id })));
  toggles();
}
async function card() {
  const response = await fetch('/.well-known/agent-card.json');
  by('card').textContent = pretty(await response.json());
}

by('send').addEventListener('submit', doing(send));
by('fault').addEventListener('submit', doing(async () => control('POST', '/faults', JSON.parse(by('json').value))));
by('clock').addEventListener('submit', doing(async () => control('POST', '/clock', { advanceMs: Number(by('ms').value) })));
by('reset').addEventListener('click', doing(() => control('POST', '/reset')));
by('more').addEventListener('toggle', doing(async () => {}));
by('shown').addEventListener('toggle', doing(card));
doing(async () => {})();
watch();
show();
`;
