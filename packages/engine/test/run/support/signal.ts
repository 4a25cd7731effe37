/** Something that one part of a test waits for, and another lets happen. */
export class Signal {
  readonly fired: Promise<void>;
  #resolve: () => void = () => {};

  constructor() {
    this.fired = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Lets it happen, and waits for another if there is one. */
  async fire(other?: Signal): Promise<void> {
    this.#resolve();
    await other?.fired;
  }
}
