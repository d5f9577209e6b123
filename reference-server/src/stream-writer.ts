import type { ServerResponse } from 'node:http';
import type { StreamAnswer, StreamItem } from './answer.ts';
import { aborted, cut, splitUtf8 } from './faults.ts';
import { Due } from './due-queue.ts';
import type { DueQueue } from './due-queue.ts';
import type { SetTimer } from './timer.ts';

/** How long a client may refuse to read. */
const STALL_MS = 60_000;

const WRITER = Symbol('writer');
type Written = ServerResponse & { [WRITER]?: StreamWriter };

/** One function for all responses, so that a listener costs no closure. */
function onClose(this: Written): void {
  this[WRITER]?.left();
}
function onError(): void {}
const outlast = (writer: StreamWriter): void => writer.outlasts();

type Frame = StreamItem<{ text: string }>;
type Server = { setTimer: SetTimer; keepAlive: DueQueue; report: (error: unknown) => void };

/**
 * Writes a stream to its end, in one go what is there in one go. While it waits it is this one object: it has no timer
 * (`DueQueue` has one for all), and that the reader has left is told to the source by its `return`.
 */
export class StreamWriter extends Due {
  readonly #server: Server;
  readonly #response: Written;
  readonly #answer: StreamAnswer;
  readonly #source: AsyncIterator<readonly Frame[]>;
  #left = false;
  #wake: (() => void) | undefined;
  /** Its source is asked, and has not answered. */
  #asks = false;
  /** The round of the event loop in which it began is over. */
  #lasts = false;
  /** Its source has come to its end. */
  #isDone = false;
  /** For how long the peer has not read, in milliseconds. */
  #unreadMs = 0;
  /** The text of the last frame, and what a script wants to be done to the next. */
  #last = '';
  #next: 'truncate' | 'split-utf8' | undefined;

  constructor(server: Server, response: ServerResponse, answer: StreamAnswer) {
    super();
    this.#server = server;
    this.#response = response;
    this.#answer = answer;
    this.#source = answer.frames[Symbol.asyncIterator]();
  }

  start(): void {
    const response = this.#response;
    response.writeHead(this.#answer.status, this.#answer.headers);
    if (response.destroyed) return this.left();
    response[WRITER] = this;
    response.on('close', onClose).on('error', onError);
    // Most streams are over by then: they spare a write for the head, and the queue of those that are silent.
    setImmediate(outlast, this);
    this.#goOn();
  }

  /** A stream that begins in silence has its head all the same. */
  outlasts(): void {
    if (this.#left) return;
    this.#response.flushHeaders();
    this.#lasts = true;
    if (this.#asks) this.#beSilent();
  }

  /** The peer has gone away, or nothing more is for it. */
  left(): void {
    if (this.#left) return;
    this.#left = true;
    this.#server.keepAlive.remove(this);
    this.#wake?.();
    if (this.#isDone) return;
    // Not awaited: a generator answers only once its pending step has settled, which may be never.
    void Promise.resolve(this.#source.return?.()).catch(() => {});
  }

  /** Its silence has lasted long enough: it says that it is still there. */
  fallDue(): void {
    this.#server.keepAlive.add(this);
    const response = this.#response;
    if (!response.writableNeedDrain) {
      this.#unreadMs = 0;
      response.write(this.#answer.keepAlive ?? '');
      return;
    }
    this.#unreadMs += this.#server.keepAlive.ms;
    if (this.#unreadMs >= STALL_MS) this.#giveUp();
  }

  /** No async function: what one of those keeps while it waits is as large as all the rest. */
  #goOn(): void {
    this.#asks = true;
    if (this.#lasts) this.#beSilent();
    this.#source.next().then(this.#take, this.#fail);
  }

  readonly #take = ({ done, value }: IteratorResult<readonly Frame[]>): void => {
    this.#asks = false;
    this.#server.keepAlive.remove(this);
    if (this.#left) return;
    this.#isDone = done ?? false;
    if (done) return this.#end();
    this.#writeBatch(value)
      .then((isOver) => (isOver ? this.#end() : this.#goOn()))
      .catch(this.#fail);
  };

  readonly #fail = (error: unknown): void => {
    try {
      if (!this.#left) this.#response.write(this.#answer.failure(error));
      this.#end();
    } catch (failure) {
      // Too late for an answer, and nobody else ends this one.
      this.#server.report(failure);
      this.#response.destroy();
    }
  };

  #end(): void {
    if (this.#left) return;
    this.left();
    this.#response.end();
  }

  #beSilent(): void {
    if (this.#answer.keepAlive !== undefined && !this.#left) this.#server.keepAlive.add(this);
  }

  /** True: nothing more is to be written. */
  async #writeBatch(batch: readonly Frame[]): Promise<boolean> {
    let ready = '';
    for (const frame of batch) {
      if (!('fault' in frame) && this.#next === undefined) {
        this.#last = frame.text;
        const parts = this.#answer.chunks(frame.text);
        if (isWhole(parts)) {
          ready += parts[0];
          continue;
        }
        await this.#write([ready, ...parts]);
      } else {
        await this.#write([ready]);
        if (await this.#writeOdd(frame)) return true;
      }
      ready = '';
    }
    if (ready === '' || this.#left) return this.#left;
    if (!this.#response.write(ready)) await this.#drained();
    return this.#left;
  }

  /** A fault that a script asks for, or the frame that it is done to. */
  async #writeOdd(frame: Frame): Promise<boolean> {
    const response = this.#response;
    if ('fault' in frame) {
      if (frame.fault === 'truncate' || frame.fault === 'split-utf8') this.#next = frame.fault;
      else if (frame.fault === 'bad-json') await this.#write(this.#answer.chunks(this.#answer.broken()));
      else if (frame.fault === 'duplicate-event') await this.#write(this.#answer.chunks(this.#last));
      else {
        if (frame.fault !== 'stall') cut(response, frame.fault);
        return this.#untilLeft();
      }
      return false;
    }
    this.#last = frame.text;
    if (this.#next === 'truncate') {
      await this.#write([frame.text.slice(0, frame.text.length >> 1)]);
      cut(response, 'disconnect');
      return this.#untilLeft();
    }
    this.#next = undefined;
    await this.#write(splitUtf8(frame.text));
    return false;
  }

  async #untilLeft(): Promise<true> {
    this.#beSilent();
    await aborted(this.#answer.signal);
    return true;
  }

  async #write(pieces: Iterable<string | Uint8Array>): Promise<void> {
    for (const piece of pieces) {
      if (this.#left) return;
      if (piece.length > 0 && !this.#response.write(piece)) await this.#drained();
    }
  }

  /** Until the peer has read, or has left, or has refused to read for too long. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#server.setTimer(STALL_MS, () => this.#giveUp());
      this.#wake = () => {
        cancel();
        this.#response.off('drain', this.#wake!);
        this.#wake = undefined;
        resolve();
      };
      this.#response.on('drain', this.#wake);
    });
  }

  #giveUp(): void {
    cut(this.#response, 'disconnect');
    this.left();
  }
}

const isWhole = (parts: Iterable<string | Uint8Array>): parts is readonly [string] =>
  Array.isArray(parts) && parts.length === 1 && typeof parts[0] === 'string';
