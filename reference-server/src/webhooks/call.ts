/** One webhook call. */
export interface WebhookCall {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}
