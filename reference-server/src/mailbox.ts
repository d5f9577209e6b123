/** A mail that a server would have sent. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** What a user would click at, and the token in it. */
  link?: string;
  token?: string;
  /** Milliseconds of the server's clock. */
  at: number;
}

export interface Mailbox {
  /** The oldest first: the latest hundred. */
  readonly mails: readonly Mail[];
  /** To one address, the oldest first. */
  to(address: string): Mail[];
  put(mail: Mail): void;
  clear(): void;
}

const KEPT = 100;

/** Where the mails of a test double end. */
export function createMailbox(): Mailbox {
  const mails: Mail[] = [];
  return {
    mails,
    to: (address) => mails.filter((mail) => mail.to.toLowerCase() === address.toLowerCase()),
    put(mail) {
      mails.push(mail);
      if (mails.length > KEPT) mails.shift();
    },
    clear: () => void mails.splice(0),
  };
}
