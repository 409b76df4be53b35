import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { useMemo } from 'react';
import { useQuery } from 'urql';

import { formatNumber, formatQuantity, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { loadingClass } from '../../lib/loadingClasses';
import { formatArea } from '../../lib/units';
import type { UnitSystem } from '../../lib/units';
import { FactList } from '../../ui/FactList';
import { ErrorState, LoadingState } from '../../ui/StateMessage';
import { CloseIcon } from '../../ui/icons';

import { ClassList } from './ClassList';
import { polygonOf } from './cells';
import { CellContentsQuery, CellWorstQuery } from './queries';
import type { HeatCell, Heatmap } from './queries';

const IN_CELL = ['SUBSTATION', 'TRANSFORMER', 'SWITCH', 'LINE', 'POLE', 'METER', 'OUTAGE'] as const;
const PAGE = 20;

interface Props {
  cell: HeatCell;
  measure: Heatmap['measure'];
  resolution: number;
  units: UnitSystem;
  onSelect: (assetId: string, at: { lon: number; lat: number }) => void;
  onCenter: () => void;
  onZoom: () => void;
  onClose: () => void;
}

/** What is inside a cell: how many of each class, the worst of them, and which. */
export function CellCard({ cell, measure, resolution, units, onSelect, onCenter, onZoom, onClose }: Props) {
  const area = useMemo(() => ({ polygon: polygonOf(cell) }), [cell]);
  const contents = useMemo(() => ({ area, classes: [...IN_CELL], first: PAGE, after: null }), [area]);
  const [{ data, error, fetching }, refetch] = useQuery({ query: CellContentsQuery, variables: contents });
  const [worst] = useQuery({ query: CellWorstQuery, variables: useMemo(() => ({ area, resolution }), [area, resolution]) });
  const found = data?.assetsIn;
  return (
    <Paper component="section" variant="outlined" aria-label="Cell of the heatmap" data-testid="cell-card" sx={{ pointerEvents: 'auto', p: 1.5 }}>
      <Box sx={{ display: 'flex', justifyContent: 'space-between', gap: 1 }}>
        <Box>
          <Typography variant="h3" component="h2">
            {`${measure.title}: ${formatQuantity(cell.value, measure.unit)}`}
          </Typography>
          <Typography variant="caption" color="textSecondary" component="p">
            {`of ${formatNumber(cell.knownCount)} of ${plural(cell.rowCount, 'row')}${found === undefined ? '' : `, ${formatArea(found.areaKm2 * 1e6, units)}`}`}
          </Typography>
        </Box>
        <IconButton size="small" aria-label="Close the cell" onClick={onClose}>
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
      <WorstFacts worst={worst.data ?? null} />
      {error !== undefined && !fetching && <ErrorState title={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />}
      {found === undefined && error === undefined && <LoadingState label="Loading what is in the cell" />}
      {found?.classes
        .filter((each) => each.count > 0)
        .map((each) => <ClassList key={`${cell.cell}-${each.kind}`} first={each} area={area} onSelect={onSelect} />)}
      {found?.classes.every((each) => each.count === 0) === true && (
        <Typography variant="caption" color="textSecondary" component="p">
          No asset of the grid is in this cell.
        </Typography>
      )}
      <Box sx={{ display: 'flex', gap: 1, mt: 1 }}>
        <Button variant="outlined" color="inherit" onClick={onCenter}>
          Center
        </Button>
        <Button variant="outlined" color="inherit" onClick={onZoom}>
          Zoom
        </Button>
      </Box>
    </Paper>
  );
}

interface Worst {
  peak: { maximum: number | null };
  health: { minimum: number | null };
  outages: { rowCount: number };
  without: { maximum: number | null };
}

/** The worst state in the cell, in words: an outage first, then overload. */
export function worstStatus({ peak, outages, without }: Worst): string {
  if (outages.rowCount > 0) return plural(outages.rowCount, 'active outage');
  if (without.maximum !== null && without.maximum > 0) return 'customers without supply';
  switch (loadingClass(peak.maximum).key) {
    case 'overload':
      return 'overloaded at peak';
    case 'heavy':
      return 'heavily loaded at peak';
    case 'unknown':
      return 'unknown';
    default:
      return 'normal';
  }
}

function WorstFacts({ worst }: { worst: Worst | null }) {
  if (worst === null) return null;
  return (
    <FactList
      facts={[
        { label: 'Worst status', value: worstStatus(worst) },
        { label: 'Highest peak loading', value: formatQuantity(worst.peak.maximum, '%', 0) },
        { label: 'Health of transformers, mean', value: formatNumber(worst.health.minimum) },
      ]}
    />
  );
}
