/** Headers between two neighbours, not from end to end (RFC 9110, 7.6.1); `Expect` has been answered by the proxy. */
export const HOP_BY_HOP =
  /^(?:connection|keep-alive|proxy-connection|proxy-authenticate|proxy-authorization|te|trailer|transfer-encoding|upgrade|expect)$/i;
