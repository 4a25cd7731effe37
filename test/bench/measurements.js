// All that a run measures, by what it is a measurement of.
import { summarise } from './stats.js';

export class Measurements {
  #series = new Map();

  /** Notes one value. The subject and what was measured are plain data, such as `{ what: 'plug', ports: 30 }`. */
  add(subject, measured, unit, value) {
    const key = keyOf(subject, measured);
    const series = this.#series.get(key) ?? { subject, ...measured, unit, values: [] };
    series.values.push(value);
    this.#series.set(key, series);
  }

  /** The median, or undefined if this was not measured. */
  median(subject, measured) {
    const series = this.#series.get(keyOf(subject, measured));
    return series && summarise(series.values).median;
  }

  /** Every series, with its summary. */
  all() {
    return [...this.#series.values()].map((series) => ({ ...series, ...summarise(series.values) }));
  }
}

function keyOf(subject, measured) {
  return JSON.stringify([subject, ...Object.entries(measured).sort()]);
}
