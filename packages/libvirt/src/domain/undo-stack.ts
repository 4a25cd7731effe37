import { VifError } from '@vifkit/core';

/** Steps that must be undone, in reverse, if a later step fails. */
export class UndoStack {
  readonly #steps: ((signal: AbortSignal) => Promise<unknown>)[] = [];
  readonly #timeout: number;

  /** @param timeout milliseconds for all steps together */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  push(step: (signal: AbortSignal) => Promise<unknown>): void {
    this.#steps.push(step);
  }

  /**
   * Undoes all steps.
   * @returns the error that made it necessary, along with what could not be undone
   */
  async after(error: unknown, vifId: string): Promise<unknown> {
    const failed: string[] = [];
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), this.#timeout);
    for (const step of this.#steps.reverse()) {
      try {
        await step(controller.signal);
      } catch (failure) {
        failed.push(messageOf(failure));
      }
    }
    clearTimeout(timer);
    if (failed.length === 0) return error;
    const text = `${messageOf(error)}. Not everything could be undone: ${failed.join('; ')}`;
    return new VifError('LIBVIRT_FAILED', text, { vifId, cause: error });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
