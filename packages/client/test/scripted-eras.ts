import { type Script, scriptedServer, type SeenRequest, sendJson } from './scripted-server.ts';

/** Agents of earlier revisions. */

export const sentTo = ({ body }: SeenRequest) =>
  JSON.parse(body) as { method: string; params: Record<string, unknown> };

/** An agent at `/rpc` whose card is at `path`. */
export const agentWith = (path: string, card: object, script: Script) =>
  scriptedServer((response, request, count) => {
    if (request.path === '/rpc') return script(response, request, count);
    if (request.path !== path) return void response.writeHead(404).end();
    sendJson(response, {
      name: 'old',
      url: `http://${request.headers.host}/rpc`,
      capabilities: {},
      skills: [],
      ...card,
    });
  });

export const OLD_PATH = '/.well-known/agent.json';
export const NEW_PATH = '/.well-known/agent-card.json';
