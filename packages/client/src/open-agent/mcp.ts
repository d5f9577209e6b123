import { type CallOptions, lifeOf } from '../call.ts';
import { isObject, type Json } from '../json.ts';
import { openAgentCall, urlOf } from './call.ts';
import { ANYTHING, Group } from './group.ts';
import { only } from './rest.ts';
import { EventStream, following } from './stream.ts';

/** An event of the MCP paths: JSON where it is, else its text. */
export interface McpStreamEvent {
  event: string;
  data: unknown;
}

/**
 * The MCP paths (`0.7`), as the document has them. To speak MCP, give `url` to an MCP client, with the same credentials.
 */
export class Mcp extends Group {
  /** Where an MCP client is to begin. */
  get url(): string {
    return urlOf(this.connection.url, '/mcp/sse');
  }

  async info(options: CallOptions = {}): Promise<Json> {
    only('0.7', this.connection, 'getMcpInfo');
    const kind = { name: 'getMcpInfo', expected: 'an object', is: isObject, safe: true } as const;
    return this.send(kind, options, (api) => api.GET('/mcp/'));
  }

  /** Events until whoever reads leaves, or the server closes. */
  events(options: CallOptions = {}): EventStream<McpStreamEvent, void> {
    only('0.7', this.connection, 'openMcpStream');
    const call = openAgentCall(
      this.connection,
      { name: 'openMcpStream', safe: true, streams: true, blocking: false },
      options,
    );
    const asked = { method: 'GET', url: this.url };
    return new EventStream<McpStreamEvent, void>(
      () => lifeOf(call),
      async (life, owner) => (await following()).followMcp({ call, asked }, life, owner),
      () => {},
    );
  }

  /** Posts a message of JSON-RPC. */
  async post(message: object, options: CallOptions = {}): Promise<unknown> {
    only('0.7', this.connection, 'postMcpMessage');
    return this.send({ name: 'postMcpMessage', ...ANYTHING }, options, (api) =>
      api.POST('/mcp/messages', { body: message as never }),
    );
  }
}
