import Typography from '@mui/material/Typography';

import { formatDuration, formatNumber, formatQuantity, humanize, UNKNOWN } from '../../lib/format';
import { FactList } from '../../ui/FactList';

import type { CascadeRunDetail } from './queries';

/** Share in percent, or null where either number is unknown or there is no load. */
export function shareOfLoadPct(shedMw: number | null | undefined, totalMw: number | null | undefined): number | null {
  if (shedMw == null || totalMw == null || totalMw <= 0) return null;
  return (shedMw / totalMw) * 100;
}

/** The outcome of a run in numbers, all of them the server's. */
export function RunSummary({ run }: { run: CascadeRunDetail }) {
  const share = shareOfLoadPct(run.totalShedMw, run.totalLoadMw);
  const waveCount = run.waveCount == null ? null : run.waveCount;
  return (
    <div data-testid="run-summary">
      <Typography variant="h1" component="p" sx={{ mb: 0.25 }}>
        {formatQuantity(run.totalShedMw, 'MW', 1)} lost
      </Typography>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1 }}>
        {share === null ? UNKNOWN : formatQuantity(share, '%', 2)} of {formatQuantity(run.totalLoadMw, 'MW', 0)} load, {run.interconnect} interconnection
      </Typography>
      <FactList
        facts={[
          { label: 'Lost with the outages', value: formatQuantity(run.initialShedMw, 'MW', 1) },
          { label: 'Unserved before them', value: formatQuantity(run.baseShedMw, 'MW', 1) },
          { label: 'Served at the end', value: formatQuantity(run.servedMw, 'MW', 1) },
          { label: 'Failed first', value: run.outages.length === 0 ? 'nothing by name' : run.outages.slice(0, 3).map(({ name, assetId }) => name ?? assetId).join(', ') + (run.outages.length > 3 ? ` and ${run.outages.length - 3} more` : '') },
          { label: 'Customers out', value: customersText(run) },
          { label: 'Tripped by overload', value: formatNumber(run.trippedCount) },
          { label: 'Waves', value: formatNumber(waveCount) },
          { label: 'Islands', value: `${formatNumber(run.islandsAlive)} alive, ${formatNumber(run.islandsDead)} dead` },
          { label: 'Closest margin', value: marginText(run.closestMarginFrac) },
          { label: 'Ended', value: run.terminationReason === '' ? UNKNOWN : humanize(run.terminationReason) },
          { label: 'Computed in', value: formatDuration(run.elapsedMs) },
        ]}
      />
    </div>
  );
}

function customersText(run: CascadeRunDetail): string {
  const expected = run.waves.at(-1)?.customersExpected;
  if (run.customersOut == null) return `${UNKNOWN} (no distribution data says)`;
  return `${formatNumber(run.customersOut)} for certain${expected == null ? '' : `, ${formatNumber(expected)} expected`}`;
}

/** How near a rating a decision was: small margins need enough digits to be told from zero. */
function marginText(frac: number | null | undefined): string {
  if (frac == null) return UNKNOWN;
  const pct = frac * 100;
  return pct > 0 && pct < 0.01 ? `${pct.toExponential(1)}%` : formatQuantity(pct, '%', 2);
}
