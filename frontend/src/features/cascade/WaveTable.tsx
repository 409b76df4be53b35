import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useMemo } from 'react';
import { useQuery } from 'urql';

import type { ResultOf } from '../../gql/graphql';
import { formatNumber, formatQuantity, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { AssetButton } from '../../ui/AssetButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { Swatch } from '../../ui/Swatch';
import { css } from '../../ui/palette';

import { CascadeTripsQuery } from './queries';
import type { CascadeWave } from './queries';
import { waveColour } from './waveColours';

interface WaveTableProps {
  waves: readonly CascadeWave[];
  wave: number;
  onWave: (wave: number) => void;
  /** All rows at once, as on paper. */
  isWhole?: boolean;
}

/** Every wave with its trips and losses; choosing one shows it on the map. */
export function WaveTable({ waves, wave, onWave, isWhole = false }: WaveTableProps) {
  const columns = useMemo(() => waveColumns(waves.at(-1)?.number ?? 0, wave, onWave), [waves, wave, onWave]);
  return (
    <DataTable
      label="Waves"
      testId="wave-table"
      rowTestId="wave"
      rows={waves}
      columns={columns}
      rowKey={({ number }) => String(number)}
      isSelected={({ number }) => number === wave}
      maxHeightPx={isWhole ? null : 232}
      firstRows={isWhole ? waves.length : undefined}
    />
  );
}

function waveColumns(lastWave: number, wave: number, onWave: (wave: number) => void): ShownColumn<CascadeWave>[] {
  return [
    {
      key: 'wave',
      label: 'Wave',
      value: ({ number }) => number,
      cell: ({ number }) => (
        <Button
          color="inherit"
          aria-pressed={number === wave}
          onClick={() => onWave(number)}
          startIcon={<Swatch shape="line" colour={css(waveColour(number, lastWave))} widthPx={4} />}
          sx={{ p: 0, minWidth: 0 }}
        >
          {number === 0 ? 'Initial' : number}
        </Button>
      ),
    },
    { key: 'trips', label: 'Trips', isNumber: true, value: ({ trippedCount }) => trippedCount },
    { key: 'lost', label: 'Lost MW', isNumber: true, value: ({ shedMw }) => shedMw, cell: ({ shedMw }) => formatNumber(shedMw, 1) },
    { key: 'total', label: 'Total MW', isNumber: true, value: (each) => each.cumulativeShedMw, cell: (each) => formatNumber(each.cumulativeShedMw, 1) },
    { key: 'alive', label: 'Alive', isNumber: true, value: ({ islandsAlive }) => islandsAlive },
    { key: 'dead', label: 'Dead', isNumber: true, value: ({ islandsDead }) => islandsDead },
  ];
}

interface TripTableProps {
  runId: string;
  wave: number;
  onSelect: (assetId: string) => void;
}

/** The branches that trip in one wave, most loaded first. */
export function TripTable({ runId, wave, onSelect }: TripTableProps) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: CascadeTripsQuery, variables: { id: runId } });
  const columns = useMemo(() => tripColumns(onSelect), [onSelect]);
  const entry = data?.cascadeRun?.waves.find((candidate) => candidate.number === wave);
  if (entry === undefined) {
    if (fetching) return <LoadingState label="Loading the tripped branches" />;
    if (error !== undefined) {
      return <ErrorState title="The tripped branches could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    }
    return <EmptyState title={`The run has no wave ${wave}`} />;
  }
  if (entry.trips.length === 0) {
    return (
      <Typography variant="caption" component="p" color="textSecondary">
        {wave === 0 ? 'The initial outages; nothing has tripped yet.' : 'No branch trips in this wave.'}
      </Typography>
    );
  }
  return (
    <>
      <DataTable
        label={`Branches tripped in wave ${wave}`}
        testId="trip-table"
        rows={entry.trips}
        columns={columns}
        rowKey={({ branchAssetId }) => branchAssetId}
        maxHeightPx={240}
      />
      {entry.trippedCount > entry.trips.length && (
        <Typography variant="caption" color="textSecondary">
          The {entry.trips.length} most loaded of {plural(entry.trippedCount, 'branch', 'branches')}.
        </Typography>
      )}
    </>
  );
}

type Trip = NonNullable<ResultOf<typeof CascadeTripsQuery>['cascadeRun']>['waves'][number]['trips'][number];

function tripColumns(onSelect: (assetId: string) => void): ShownColumn<Trip>[] {
  return [
    {
      key: 'branch',
      label: 'Branch',
      isWrapped: true,
      value: (trip) => trip.name ?? trip.branchAssetId,
      cell: (trip) => <AssetButton onClick={() => onSelect(trip.branchAssetId)}>{trip.name ?? trip.branchAssetId}</AssetButton>,
    },
    { key: 'flow', label: 'Flow MW', isNumber: true, value: ({ flowMw }) => flowMw, cell: ({ flowMw }) => formatNumber(flowMw, 1) },
    { key: 'rating', label: 'Rating', isNumber: true, value: ({ ratingMva }) => ratingMva },
    { key: 'loading', label: 'Loading', isNumber: true, value: ({ loadingPct }) => loadingPct, cell: ({ loadingPct }) => formatQuantity(loadingPct, '%', 1) },
  ];
}
