/** Runs tasks one after the other, in the order in which they came. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();

  /** The task's own result; one that fails does not keep those behind it from running. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const running = this.#tail.then(task);
    this.#tail = running.catch(() => {});
    return running;
  }

  /** Settles once all tasks that were given have ended. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}
