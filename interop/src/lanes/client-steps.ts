/** What every client of others is asked to do on our reference server. */
export const CLIENT_STEPS = ['card', 'send', 'stream', 'direct answer', 'get', 'list', 'input', 'cancel', 'subscribe'];
