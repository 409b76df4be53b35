import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { followLink } from '../../lib/followLink';
import { formatInstant, formatNumber, formatQuantity, plural } from '../../lib/format';
import { DEFAULT_VIEW as MAP_VIEW, encodeMapView } from '../../lib/mapView';

import { AssetLink } from './links';
import type { DecisionRun } from './queries';
import { formatShare } from './words';

interface Props {
  run: DecisionRun;
  timeZone: string | undefined;
  isReport: boolean;
  onAnother: () => void;
  onReport: (isReport: boolean) => void;
}

const MOST_OUTAGES = 4;

/** Which run it is about, in two lines. */
export function RunHeader({ run, timeZone, isReport, onAnother, onReport }: Props) {
  const map = `/cascade${encodeMapView({ ...MAP_VIEW, run: run.runId })}`;
  const share = run.totalShedMw == null || run.totalLoadMw == null || run.totalLoadMw <= 0 ? null : run.totalShedMw / run.totalLoadMw;
  return (
    <Box data-testid="decisions-run" data-run-id={run.runId}>
      <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', columnGap: 1, rowGap: 0.5 }}>
        <Typography variant="h1" component="h2" sx={{ minWidth: 0, overflowWrap: 'anywhere' }}>
          {isReport ? 'Report: ' : ''}
          {run.name}
        </Typography>
        <Box sx={{ flex: 1 }} />
        <Box sx={{ display: 'flex', gap: 0.5, displayPrint: 'none' }}>
          <Button component="a" href={map} onClick={followLink} variant="outlined">
            On the map
          </Button>
          <Button variant="outlined" onClick={() => onReport(!isReport)} data-testid="decisions-report">
            {isReport ? 'Back to the tabs' : 'Report'}
          </Button>
          {isReport && (
            <Button variant="contained" onClick={() => window.print()}>
              Print
            </Button>
          )}
          {!isReport && (
            <Button variant="outlined" onClick={onAnother} data-testid="another-run">
              Another run
            </Button>
          )}
        </Box>
      </Box>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 0.5 }}>
        Run {run.runId} · {formatInstant(run.createdAt, timeZone)} · {run.interconnect} · load × {formatNumber(run.loadMultiplier, 2)}, ratings ×{' '}
        {formatNumber(run.ratingMultiplier, 2)} · <strong>{formatQuantity(run.totalShedMw, 'MW', 1)} lost</strong> ({formatShare(share, 2)} of the load)
        {run.trippedCount != null && ` · ${plural(run.trippedCount, 'branch', 'branches')} tripped`}
        {run.waveCount != null && ` in ${plural(run.waveCount, 'wave')}`}
        {run.outages.length > 0 && ' · failed first: '}
        {run.outages.slice(0, MOST_OUTAGES).map((outage, index) => (
          <span key={outage.assetId}>
            {index > 0 && ', '}
            <AssetLink id={outage.assetId}>{outage.name}</AssetLink>
          </span>
        ))}
        {run.outages.length > MOST_OUTAGES && ` and ${formatNumber(run.outages.length - MOST_OUTAGES)} more`}
      </Typography>
    </Box>
  );
}
