import { done } from '../../kit/steps.ts';
import { seen } from '../../kit/subject.ts';
import { specialHost } from '../../recorder/addresses.ts';
import { isLoopback } from '../../recorder/webhook-receiver.ts';
import { scenario } from '../scenario.ts';
import { isRecord } from '../../kit/json.ts';

export const transportScenarios = [
  scenario('a2a/card/transport', {
    title: 'What is public is encrypted',
    proves: ['A2A10-TLS-001'],
    bindings: ['card'],
    stimulus: ['public'],
    async play({ agent, check, notApplicable }) {
      const reply = await agent.fetch('GET', agent.cardUrl, [], { binding: 'card' });
      const { json, headers = [] } = reply.exchange.response ?? {};
      const declared = isRecord(json) && Array.isArray(json.supportedInterfaces) ? json.supportedInterfaces : [];
      const urls = declared.flatMap((one) => (isRecord(one) && typeof one.url === 'string' ? [one.url] : []));
      // What only one machine or network reaches is no production deployment that could be judged from here.
      const open = [agent.cardUrl, ...urls].filter((url) => {
        const { hostname = '', protocol = '' } = URL.parse(url) ?? {};
        return /^https?:$/.test(protocol) && !specialHost(hostname);
      });
      if (open.length === 0) throw notApplicable('neither the card nor what it names is at a public address');
      for (const url of open)
        check('A2A10-TLS-001', seen(url, reply.place)).holds(url.startsWith('https:'), 'https at a public address');
      if (!agent.cardUrl.startsWith('https:') || specialHost(new URL(agent.cardUrl).hostname)) return;
      check(
        'A2A10-TLS-001',
        seen(
          headers.map(([name]) => name),
          reply.place,
        ),
        { level: 'should' },
      ).holds(
        headers.some(([name]) => name.toLowerCase() === 'strict-transport-security'),
        'the header Strict-Transport-Security (13.4)',
      );
    },
  }),

  scenario('a2a/security/part-url', {
    title: 'A file reference to an internal address is not followed',
    proves: ['A2A10-SEC-001'],
    stimulus: ['done', 'hook', 'url-fetching'],
    async play({ agent, check, notApplicable }) {
      const hook = await agent.hook();
      if (!isLoopback(new URL(hook.url))) throw notApplicable('the receiver of this run is not on loopback');
      const reply = await agent.send(done, { parts: [{ url: hook.url, mediaType: 'text/plain' }] });
      // Who refuses the part has not followed it; an agent that looks at a file does so before it answers.
      await hook.next(() => true, 20);
      const [call] = hook.calls;
      if (!call) throw notApplicable('the agent follows no file reference');
      check('A2A10-SEC-001', seen(call.exchange.request.method, { exchange: call.exchange.id })).holds(
        false,
        'that nobody asks for a part at a loopback address',
        `${call.exchange.request.method} at exchange ${reply.exchange.id}`,
      );
    },
  }),
];
