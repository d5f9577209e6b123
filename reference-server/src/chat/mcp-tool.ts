export interface McpTool {
  name: string;
  description?: string;
  /** JSON Schema of its arguments. */
  inputSchema?: object;
  /** What a call of it answers: it does nothing else. */
  output?: string;
}

export interface McpOption {
  tools?: readonly McpTool[];
}
