/** The best sets of measures by what each saves alone, for every budget. */
import type { Measure } from './queries';

export interface Candidate {
  id: string;
  costUsd: number;
  benefitUsd: number;
  /** Of a group at most one is taken. */
  group: string;
}

export interface Point {
  costUsd: number;
  benefitUsd: number;
  /** The set, as the last measure added to another set. */
  last: Candidate | null;
  before: Point | null;
}

export interface Frontier {
  /** By rising cost and benefit; the first is nothing at all. */
  points: readonly Point[];
  /** False: there are so many sets that some were dropped; the curve may be too low. */
  isExact: boolean;
}

const MOST_POINTS = 20_000;
const AVOIDS = new Set(['HARDEN', 'UNDERGROUND', 'TRIM']);

/** As the server groups them: of one kind for an asset one, and of the kinds that avoid outages one in all. */
export function candidatesOf(measures: readonly Measure[]): readonly Candidate[] {
  return measures.map(({ measureId, costUsd, benefitUsd, kind, assetId }) => ({
    id: measureId,
    costUsd,
    benefitUsd: benefitUsd.mid ?? 0,
    group: `${AVOIDS.has(kind) ? 'OUTAGES' : kind}:${assetId}`,
  }));
}

/**
 * All sets that none other beats in cost and benefit (Nemhauser and Ullmann, 1969): group by group, every
 * set so far without and with each measure of the group, then those that are beaten are dropped.
 */
export function frontierOf(candidates: readonly Candidate[], mostPoints = MOST_POINTS): Frontier {
  const groups = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    if (candidate.benefitUsd > 0) groups.set(candidate.group, [...(groups.get(candidate.group) ?? []), candidate]);
  }
  let points: readonly Point[] = [{ costUsd: 0, benefitUsd: 0, last: null, before: null }];
  let isExact = true;
  for (const group of groups.values()) {
    const more = group.flatMap((last) =>
      points.map((before): Point => ({ costUsd: before.costUsd + last.costUsd, benefitUsd: before.benefitUsd + last.benefitUsd, last, before })),
    );
    points = undominated([...points, ...more]);
    if (points.length > mostPoints) {
      isExact = false;
      const every = Math.ceil(points.length / mostPoints);
      points = points.filter((_point, index) => index % every === 0 || index === points.length - 1);
    }
  }
  return { points, isExact };
}

function undominated(points: readonly Point[]): readonly Point[] {
  const kept: Point[] = [];
  for (const point of points.toSorted((first, second) => first.costUsd - second.costUsd || second.benefitUsd - first.benefitUsd)) {
    if (point.benefitUsd > (kept.at(-1)?.benefitUsd ?? -Infinity)) kept.push(point);
  }
  return kept;
}

/** The best set that a budget allows. */
export function bestUnder(frontier: Frontier, budgetUsd: number): Point | null {
  return frontier.points.findLast(({ costUsd }) => costUsd <= budgetUsd * (1 + 1e-12)) ?? null;
}

export function idsOf(point: Point | null): readonly string[] {
  const ids: string[] = [];
  for (let at = point; at !== null; at = at.before) if (at.last !== null) ids.push(at.last.id);
  return ids.toReversed();
}

export interface RegionRow {
  zone: string;
  measures: number;
  chosen: number;
  costUsd: number;
  benefitUsd: number;
}

/** What is chosen by the load zones of the assets; benefits are those of each measure alone. */
export function regionsOf(measures: readonly Measure[], chosen: ReadonlySet<string>): readonly RegionRow[] {
  const rows = new Map<string, RegionRow>();
  for (const { zone, measureId, costUsd, benefitUsd } of measures) {
    const key = zone ?? 'no zone on record';
    const row = rows.get(key) ?? { zone: key, measures: 0, chosen: 0, costUsd: 0, benefitUsd: 0 };
    const isChosen = chosen.has(measureId);
    rows.set(key, {
      zone: key,
      measures: row.measures + 1,
      chosen: row.chosen + (isChosen ? 1 : 0),
      costUsd: row.costUsd + (isChosen ? costUsd : 0),
      benefitUsd: row.benefitUsd + (isChosen ? (benefitUsd.mid ?? 0) : 0),
    });
  }
  return [...rows.values()].toSorted((first, second) => second.benefitUsd - first.benefitUsd);
}
