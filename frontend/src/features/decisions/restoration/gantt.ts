import type { Step } from './queries';

/** Hours that are shown. */
export interface Span {
  fromH: number;
  toH: number;
}

export interface CrewRow {
  crew: number;
  /** In the order of time. */
  steps: readonly Step[];
}

const LEAST_SPAN_H = 0.25;
const NICE_H = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 6, 12, 24, 48, 96, 168, 336, 720] as const;

export function crewRows(steps: readonly Step[]): readonly CrewRow[] {
  const crews = new Map<number, Step[]>();
  for (const step of steps) {
    const row = crews.get(step.crew);
    if (row === undefined) crews.set(step.crew, [step]);
    else row.push(step);
  }
  return [...crews]
    .toSorted(([first], [second]) => first - second)
    .map(([crew, own]) => ({ crew, steps: own.toSorted((first, second) => first.startsH - second.startsH) }));
}

/** From the start to the last repair or energising. */
export function wholeSpan(steps: readonly Step[]): Span {
  const last = steps.reduce((most, { finishedH, energisedH }) => Math.max(most, finishedH, energisedH), 0);
  return { fromH: 0, toH: Math.max(last * 1.02, LEAST_SPAN_H) };
}

/** Round hours within a span, about `count` of them. */
export function hourTicks({ fromH, toH }: Span, count = 8): readonly number[] {
  const wanted = (toH - fromH) / count;
  const step = NICE_H.find((each) => each >= wanted) ?? Math.ceil(wanted / 720) * 720;
  const first = Math.ceil(fromH / step - 1e-9);
  const last = Math.floor(toH / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_each, index) => (first + index) * step);
}

/** The span times `factor` about its middle or a given hour, within the whole. */
export function zoomed(span: Span, whole: Span, factor: number, aboutH = (span.fromH + span.toH) / 2): Span {
  const length = Math.min(Math.max((span.toH - span.fromH) * factor, LEAST_SPAN_H), whole.toH - whole.fromH);
  const share = (aboutH - span.fromH) / (span.toH - span.fromH);
  return within({ fromH: aboutH - share * length, toH: aboutH + (1 - share) * length }, whole);
}

/** The span moved by a share of itself. */
export function moved(span: Span, whole: Span, share: number): Span {
  const by = (span.toH - span.fromH) * share;
  return within({ fromH: span.fromH + by, toH: span.toH + by }, whole);
}

/** The span moved as little as lets one see a job. */
export function showing(span: Span, whole: Span, step: Step): Span {
  if (step.leavesH >= span.fromH && step.finishedH <= span.toH) return span;
  const length = span.toH - span.fromH;
  const middle = (step.leavesH + step.finishedH) / 2;
  return within({ fromH: middle - length / 2, toH: middle + length / 2 }, whole);
}

function within({ fromH, toH }: Span, whole: Span): Span {
  const length = toH - fromH;
  if (fromH < whole.fromH) return { fromH: whole.fromH, toH: whole.fromH + length };
  return toH > whole.toH ? { fromH: whole.toH - length, toH: whole.toH } : { fromH, toH };
}

export type Arrow = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

/** The job that an arrow leads to: before and after it in its crew, or the nearest in time of the next crew. */
export function neighbour(rows: readonly CrewRow[], active: Step, arrow: Arrow): Step {
  const at = rows.findIndex(({ crew }) => crew === active.crew);
  const row = rows[at];
  if (row === undefined) return active;
  if (arrow === 'ArrowLeft' || arrow === 'ArrowRight') {
    const place = row.steps.indexOf(active) + (arrow === 'ArrowLeft' ? -1 : 1);
    return row.steps[place] ?? active;
  }
  const next = rows[at + (arrow === 'ArrowUp' ? -1 : 1)];
  if (next === undefined) return active;
  return next.steps.reduce((nearest, step) => (Math.abs(step.startsH - active.startsH) < Math.abs(nearest.startsH - active.startsH) ? step : nearest));
}

export type Times = 'energisedH' | 'p20H' | 'p50H' | 'p80H';

/** What is back by when, job by job; null: no time of that kind is on record. What a job brings back may be unknown: it adds nothing. */
export function restoredCurve(steps: readonly Step[], times: Times, amount: (step: Step) => number | null): readonly (readonly [number, number])[] | null {
  const points: [number, number][] = [];
  for (const step of steps) {
    const hour = step[times];
    if (hour === null) return null;
    const back = amount(step);
    if (back !== null && back > 0) points.push([hour, back]);
  }
  let sum = 0;
  return [[0, 0] as const, ...points.toSorted(([first], [second]) => first - second).map(([hour, back]) => [hour, (sum += back)] as const)];
}

/** Load back in all after each job, as it was simulated; null if it was not. */
export function verifiedCurve(steps: readonly Step[]): readonly (readonly [number, number])[] | null {
  const checked = steps.flatMap(({ finishedH, verifiedRestoredMw }) => (verifiedRestoredMw === null ? [] : [[finishedH, verifiedRestoredMw] as const]));
  return checked.length === 0 ? null : [[0, 0], ...checked.toSorted(([first], [second]) => first - second)];
}
