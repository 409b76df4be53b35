/** What of two studies is set beside each other. */
import { formatUsd } from '../../lib/costs/words';
import { formatNumber, formatQuantity } from '../../lib/format';

import type { Statement } from './explanation/queries';
import type { Investment } from './investment/queries';
import { actionName } from './mitigation/priority';
import type { Mitigation } from './mitigation/queries';
import type { PlanFacts } from './restoration/factsQuery';
import type { Staging } from './staging/queries';
import { formatHours, formatShare, stoppedWords, unitWords } from './words';

export interface ComparedFact {
  label: string;
  first: string;
  second: string;
  /** Null: nothing to subtract. */
  change: string | null;
}

type Maybe = number | null | undefined;

function fact(label: string, first: Maybe, second: Maybe, format: (value: number) => string): ComparedFact {
  const text = (value: Maybe): string => (value == null ? 'not known' : format(value));
  const change = first == null || second == null ? null : second - first;
  return { label, first: text(first), second: text(second), change: change === null ? null : signed(change, format) };
}

function signed(change: number, format: (value: number) => string): string {
  if (Math.abs(change) < 1e-9) return 'none';
  return `${change > 0 ? '+' : '−'}${format(Math.abs(change))}`;
}

function said(label: string, first: string, second: string): ComparedFact {
  return { label, first, second, change: first === second ? 'none' : null };
}

const mw = (value: number): string => formatQuantity(value, 'MW', 1);
const count = (value: number): string => formatNumber(value);

export function mitigationFacts(first: Mitigation, second: Mitigation): readonly ComparedFact[] {
  const names = [...new Set([...first.actions, ...second.actions].map(actionName))];
  const lost = (found: Mitigation, name: string): number | undefined => found.actions.find((action) => actionName(action) === name)?.lostMw;
  return [
    fact('Lost without action', first.lostMw, second.lostMw, mw),
    fact('Actions that save load', first.actions.length, second.actions.length, count),
    fact('Lost after the best', first.actions[0]?.lostMw, second.actions[0]?.lostMw, mw),
    ...names.map((name) => {
      const compared = fact(`Lost after: ${name}`, lost(first, name), lost(second, name), mw);
      const text = (found: Mitigation, shown: string): string => (lost(found, name) === undefined ? 'not among its actions' : shown);
      return { ...compared, first: text(first, compared.first), second: text(second, compared.second) };
    }),
  ];
}

export function restorationFacts(first: PlanFacts, second: PlanFacts): readonly ComparedFact[] {
  const isOneUnit = first.unit === second.unit;
  const hours = (plan: PlanFacts) => (value: number) => formatQuantity(value, unitWords(plan.unit).hours);
  const weighted = isOneUnit
    ? fact('Without supply', first.weightedHours, second.weightedHours, hours(first))
    : { label: 'Without supply', first: hours(first)(first.weightedHours), second: hours(second)(second.weightedHours), change: null };
  return [
    weighted,
    fact('All repaired after', first.makespanH, second.makespanH, formatHours),
    fact('Above the best at most', first.gapFrac, second.gapFrac, (value) => formatShare(value, 1)),
    fact('Hours of crews, P50', first.crewHours.mid, second.crewHours.mid, formatHours),
    fact('Jobs', first.stepCount, second.stepCount, count),
    ...first.milestones.flatMap((milestone) => {
      const other = second.milestones.find(({ shareFrac }) => shareFrac === milestone.shareFrac);
      const back = `${formatShare(milestone.shareFrac)} back`;
      return [fact(`${back}, planned`, milestone.plannedH, other?.plannedH, formatHours), fact(`${back}, P80`, milestone.p80H, other?.p80H, formatHours)];
    }),
    said('Driving counted', first.hasTravel ? 'yes' : 'no', second.hasTravel ? 'yes' : 'no'),
    said('Steps simulated', first.isVerified ? 'yes' : 'no', second.isVerified ? 'yes' : 'no'),
  ];
}

export function stagingFacts(first: Staging, second: Staging): readonly ComparedFact[] {
  const best = (found: Staging) => found.plans.find(({ crews }) => crews === found.recommendedCrews);
  const { hours } = unitWords(first.unit);
  const energy = (value: number): string => formatQuantity(value, hours);
  return [
    fact('Recommended crews', first.recommendedCrews, second.recommendedCrews, count),
    said('The search ended because', stoppedWords(first.stoppedBy), stoppedWords(second.stoppedBy)),
    fact('Places', best(first)?.placeCount, best(second)?.placeCount, count),
    ...(first.unit === second.unit ? [fact('Without supply', best(first)?.weightedHours, best(second)?.weightedHours, energy)] : []),
    fact('All back, P50', best(first)?.allBackH?.mid, best(second)?.allBackH?.mid, formatHours),
    fact('Cost to customers, damage functions', best(first)?.damageUsd.mid, best(second)?.damageUsd.mid, formatUsd),
    fact('Cost to customers, value of lost load', best(first)?.vollUsd.mid, best(second)?.vollUsd.mid, formatUsd),
  ];
}

export function investmentFacts(first: Investment, second: Investment): readonly ComparedFact[] {
  const [one, other] = [first.portfolio, second.portfolio];
  const ids = [...new Set([...one.measureIds, ...other.measureIds])];
  const ratio = ({ costUsd, benefitUsd }: Investment['portfolio']): number | null => (costUsd > 0 && benefitUsd.mid !== null ? benefitUsd.mid / costUsd : null);
  return [
    fact('Measures chosen', one.measureIds.length, other.measureIds.length, count),
    fact('Cost', one.costUsd, other.costUsd, formatUsd),
    fact('Benefit together, low', one.benefitUsd.low, other.benefitUsd.low, formatUsd),
    fact('Benefit together, mid', one.benefitUsd.mid, other.benefitUsd.mid, formatUsd),
    fact('Benefit together, high', one.benefitUsd.high, other.benefitUsd.high, formatUsd),
    fact('Saves a year, mid', one.annualUsd.mid, other.annualUsd.mid, formatUsd),
    fact('Benefit over cost', ratio(one), ratio(other), (value) => `${formatNumber(value, 2)} ×`),
    ...ids.map((id) => said(`Measure ${id}`, one.measureIds.includes(id) ? 'chosen' : 'not chosen', other.measureIds.includes(id) ? 'chosen' : 'not chosen')),
  ];
}

export function explanationFacts(first: readonly Statement[], second: readonly Statement[]): readonly ComparedFact[] {
  const texts = new Set(second.map(({ text }) => text));
  const own = new Set(first.map(({ text }) => text));
  return [
    fact('Statements', first.length, second.length, count),
    fact('Said by it alone', first.filter(({ text }) => !texts.has(text)).length, second.filter(({ text }) => !own.has(text)).length, count),
  ];
}
