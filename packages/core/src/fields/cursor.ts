import type { ErrorCode } from '../errors/codes.js';
import { ValidationError, type Violation } from '../errors/vif-error.js';
import { pathTo } from './field-rule.js';

/** Deeper than any of our formats nests; a deeper input is an attack or an accident. */
const maxDepth = 32;

/** The maximum number of values in one input, free-form maps included. */
const most = 100_000;

interface Source {
  /** The code of errors about the input, and the beginning of their messages. */
  readonly code: ErrorCode;
  readonly subject: string;
  readonly vifId?: string | undefined;
}

/** A reader's position in an input. It also limits the input's depth and size. */
export class Cursor {
  private constructor(
    private readonly source: Source,
    private readonly above: Cursor | undefined,
    /** The last part of the path; for the topmost cursor, the whole path. */
    private readonly key: string,
    private readonly depth: number,
    private readonly seen: { count: number },
  ) {}

  static at(source: Source, path = ''): Cursor {
    return new Cursor(source, undefined, path, 0, { count: 0 });
  }

  /** @throws ValidationError when the input is too deep or too large */
  to(key: string): Cursor {
    const child = new Cursor(this.source, this, key, this.depth + 1, this.seen);
    if (child.depth > maxDepth) child.fail(`is nested more than ${maxDepth} deep`);
    this.seen.count += 1;
    if (this.seen.count > most) child.fail(`is too large: there are more than ${most} values`);
    return child;
  }

  /** Computed on demand: an input has many values, and rarely an error. */
  private get path(): string {
    return this.above ? pathTo(this.above.path, this.key) : this.key;
  }

  fail(message: string, code?: ErrorCode): never {
    this.failAll([{ path: '', message }], code);
  }

  /** Fails if there are any violations. */
  refuse(violations: readonly Violation[]): void {
    if (violations.length > 0) this.failAll(violations);
  }

  /** Fails with violations whose paths are relative to this position. */
  failAll(violations: readonly Violation[], code: ErrorCode = this.source.code): never {
    const { subject, vifId } = this.source;
    const placed = violations.map(({ path, message }) => ({ path: joined(this.path, path), message }));
    throw new ValidationError(code, subject, placed, { vifId });
  }
}

function joined(parent: string, path: string): string {
  return parent && path && !path.startsWith('[') ? `${parent}.${path}` : parent + path;
}
