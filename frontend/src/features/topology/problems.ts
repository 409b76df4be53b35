/** What is wrong with the state that some switching would lead to, as far as it was checked. */
import { formatNumber, formatQuantity, plural } from '../../lib/format';

import type { Effect } from './questions';

export interface Finding {
  severity: 'error' | 'warning' | 'info';
  text: string;
}

export function findingsOf(effect: Effect): Finding[] {
  const { loses, newLoops, circuits } = effect;
  const found: Finding[] = [];
  if (loses.transformerCount > 0) {
    const critical = loses.criticalCustomerCount === 0 ? '' : `, ${formatNumber(loses.criticalCustomerCount)} of them critical`;
    found.push({ severity: 'error', text: `${plural(loses.customerCount, 'customer')} behind ${plural(loses.transformerCount, 'transformer')} lose supply${critical}.` });
  }
  const looped = newLoops.sectionCount + newLoops.switchCount;
  if (looped > 0) {
    const [closedBy] = [...newLoops.switchIds, ...newLoops.sectionIds];
    found.push({ severity: 'warning', text: `Parallel supply: a loop closes${closedBy === undefined ? '' : ` at ${closedBy}`}. How the loop shares the load is not known.` });
  }
  for (const { circuitId, ratedMva, before, after } of circuits) {
    const name = circuitId ?? 'A circuit without a record';
    const ratedKva = ratedMva === null ? null : ratedMva * 1_000;
    const isOver = after.loadingPct === null ? ratedKva !== null && !after.inLoop && after.loadKva > ratedKva : after.loadingPct > 100;
    if (isOver) {
      const share = after.loadingPct ?? (ratedKva === null ? null : (100 * after.loadKva) / ratedKva);
      const least = after.unknownLoads > 0 ? 'at least ' : '';
      found.push({ severity: 'error', text: `${name} would carry ${least}${formatQuantity(share, '%', 0)} of its rating.` });
    }
    if (after.overloadedCount > before.overloadedCount) {
      const most = after.worstAssetId === null ? '' : `, ${after.worstAssetId} most: ${formatQuantity(after.worstLoadingPct, '%', 0)}`;
      found.push({ severity: 'error', text: `${plural(after.overloadedCount, 'section or switch', 'sections or switches')} of ${name} above the rating${most}.` });
    }
    if (ratedMva === null && after.transformerCount > 0) found.push({ severity: 'info', text: `The rating of ${name} is not known.` });
    if (after.unknownLoads > 0) {
      found.push({ severity: 'info', text: `The load of ${plural(after.unknownLoads, 'transformer')} on ${name} is not known: its load is a lower bound.` });
    }
    if (after.inLoop && !before.inLoop) found.push({ severity: 'info', text: `${name} is in a loop: what its sections carry is not known.` });
  }
  return found;
}
