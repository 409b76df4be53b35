import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { formatNumber, formatQuantity, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
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
  const lastWave = waves.at(-1)?.number ?? 0;
  return (
    <Box sx={isWhole ? {} : { maxHeight: 232, overflowY: 'auto' }}>
      <Table stickyHeader={!isWhole} aria-label="Waves" data-testid="wave-table">
        <TableHead>
          <TableRow>
            <TableCell>Wave</TableCell>
            <TableCell align="right">Trips</TableCell>
            <TableCell align="right">Lost MW</TableCell>
            <TableCell align="right">Total MW</TableCell>
            <TableCell align="right">Alive</TableCell>
            <TableCell align="right">Dead</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {waves.map((entry) => (
            <TableRow key={entry.number} selected={entry.number === wave} hover data-testid={`wave-${entry.number}`}>
              <TableCell>
                <Button
                  color="inherit"
                  aria-pressed={entry.number === wave}
                  onClick={() => onWave(entry.number)}
                  startIcon={<Swatch shape="line" colour={css(waveColour(entry.number, lastWave))} widthPx={4} />}
                  sx={{ p: 0, minWidth: 0 }}
                >
                  {entry.number === 0 ? 'Initial' : entry.number}
                </Button>
              </TableCell>
              <TableCell align="right">{formatNumber(entry.trippedCount)}</TableCell>
              <TableCell align="right">{formatNumber(entry.shedMw, 1)}</TableCell>
              <TableCell align="right">{formatNumber(entry.cumulativeShedMw, 1)}</TableCell>
              <TableCell align="right">{formatNumber(entry.islandsAlive)}</TableCell>
              <TableCell align="right">{formatNumber(entry.islandsDead)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
    </Box>
  );
}

interface TripTableProps {
  runId: string;
  wave: number;
  onSelect: (assetId: string) => void;
}

/** The branches that trip in one wave, most loaded first. */
export function TripTable({ runId, wave, onSelect }: TripTableProps) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: CascadeTripsQuery, variables: { id: runId } });
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
      <Box sx={{ maxHeight: 240, overflowY: 'auto' }}>
        <Table stickyHeader aria-label={`Branches tripped in wave ${wave}`} data-testid="trip-table">
          <TableHead>
            <TableRow>
              <TableCell>Branch</TableCell>
              <TableCell align="right">Flow MW</TableCell>
              <TableCell align="right">Rating</TableCell>
              <TableCell align="right">Loading</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {entry.trips.map((trip) => (
              <TableRow key={trip.branchAssetId} hover>
                <TableCell>
                  <Button onClick={() => onSelect(trip.branchAssetId)} sx={{ p: 0, minWidth: 0, textAlign: 'left', fontWeight: 400 }}>
                    {trip.name ?? trip.branchAssetId}
                  </Button>
                </TableCell>
                <TableCell align="right">{formatNumber(trip.flowMw, 1)}</TableCell>
                <TableCell align="right">{formatNumber(trip.ratingMva, 0)}</TableCell>
                <TableCell align="right">{formatQuantity(trip.loadingPct, '%', 1)}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Box>
      {entry.trippedCount > entry.trips.length && (
        <Typography variant="caption" color="textSecondary">
          The {entry.trips.length} most loaded of {plural(entry.trippedCount, 'branch', 'branches')}.
        </Typography>
      )}
    </>
  );
}
