/** Runs one task at a time; tasks asked for while one waits are that one, so restarts do not pile up. */

export class CoalescingQueue {
  private running: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;

  constructor(private readonly task: () => Promise<void>) {}

  run(): Promise<void> {
    const next = (): Promise<void> => {
      this.waiting = undefined;
      this.running = this.task();
      return this.running;
    };
    // A task that failed has told its own caller; the next one runs all the same.
    this.waiting ??= this.running.then(next, next);
    return this.waiting;
  }
}
