/** What a test has injected, and what was found to be left. */
export class Tally {
  faults = 0;
  readonly leftOvers: string[] = [];

  constructor(private readonly title: string) {}

  note(where: string, left: readonly string[]): void {
    this.faults++;
    this.leftOvers.push(...left.map((what) => `${where}: ${what}`));
  }

  /** To be seen in the tests' output. */
  print(): void {
    process.stdout.write(`${this.title}: ${this.faults} faults, ${this.leftOvers.length} left-overs\n`);
  }
}
