import { Worker } from 'node:worker_threads';

interface Message {
  readonly kind: string;
}

interface Question {
  readonly resolve: (message: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A worker thread that is asked for something and answers with a message of a known kind. Where the
 * thread fails or ends by itself, all that it is asked for rejects, then and later.
 */
export class AskedWorker<To, From extends Message> {
  readonly #worker: Worker;
  readonly #questions = new Map<From['kind'], Question>();
  #failure: Error | null = null;

  /** `onOther`: messages that answer no question. */
  constructor(
    script: URL,
    workerData: unknown,
    onOther: (message: From) => void = () => undefined,
  ) {
    this.#worker = new Worker(script, { workerData });
    this.#worker.on('message', (message: From) => {
      const question = this.#questions.get(message.kind);
      this.#questions.delete(message.kind);
      if (question === undefined) onOther(message);
      else question.resolve(message as never);
    });
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', (code) =>
      this.#fail(new Error(`a thread of the load generator has ended with exit code ${code}`)),
    );
  }

  /** It has failed, or ended: it answers no more. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  post(message: To): void {
    this.#worker.postMessage(message);
  }

  /** The next message of this kind, of which nobody else may wait for one. */
  next<K extends From['kind']>(kind: K): Promise<Extract<From, { kind: K }>> {
    return new Promise((resolve, reject) => {
      if (this.#failure === null) this.#questions.set(kind, { resolve, reject });
      else reject(this.#failure);
    });
  }

  /** Says `message` and waits for an answer of this kind. */
  ask<K extends From['kind']>(message: To, kind: K): Promise<Extract<From, { kind: K }>> {
    const answer = this.next(kind);
    if (!this.failed) this.post(message);
    return answer;
  }

  /** Ends the thread, whatever it does. */
  async end(): Promise<void> {
    this.#failure ??= new Error('the thread is ended');
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#questions.values()) reject(this.#failure);
    this.#questions.clear();
  }
}
