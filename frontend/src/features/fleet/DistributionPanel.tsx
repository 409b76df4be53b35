import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useTheme } from '@mui/material/styles';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { Swatch } from '../../ui/Swatch';
import { usePolling } from '../../ui/usePolling';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { Panel } from './Panel';
import type { FleetView } from './address';
import { BAND_WORDS, bandColour, BANDS, CLASS_WORDS } from './bands';
import type { AssetClass, Band } from './bands';
import { countsOf, distributionOption, distributionVariables, distributionWords } from './distribution';
import type { ClassCounts } from './distribution';
import { DistributionQuery } from './queries';

const Chart = lazy(() => import('../../ui/Chart').then((module) => ({ default: module.Chart })));

const CHART_PX = 176;
/** Health is assessed every hour at the most. */
const POLL_MS = 300_000;

interface Props {
  fleet: FleetView;
  timeZone: string | undefined;
  onPick: (assetClass: AssetClass | null, band: Band | null) => void;
}

/** How the fleet is: shares by class as bars, the counts in a table that filters the list. */
export function DistributionPanel({ fleet, timeZone, onPick }: Props) {
  const { within, text } = fleet;
  const variables = useMemo(() => distributionVariables({ within, text }), [within, text]);
  const [{ data, error, fetching }, refetch] = useQuery({ query: DistributionQuery, variables });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  usePolling(refresh, POLL_MS);
  const classes = useMemo(() => (data === undefined ? null : countsOf(data)), [data]);
  const asOf = data?.newest.edges[0]?.node.asOf;
  return (
    <Panel
      title="Health of the fleet"
      note={asOf === undefined ? undefined : `assessed ${formatInstant(asOf, timeZone)}`}
      testId="health-distribution"
    >
      {classes === null ? (
        error !== undefined && !fetching ? (
          <ErrorState title="The fleet could not be counted" detail={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Counting the fleet" minHeight={CHART_PX} />
        )
      ) : classes.every((each) => each.total === 0) ? (
        <EmptyState
          title="No asset has been assessed"
          detail={within !== null || text !== '' ? 'None matches what is looked for.' : 'Health is assessed by a job once assets are synced.'}
        />
      ) : (
        <Counted classes={classes} fleet={fleet} onPick={onPick} />
      )}
    </Panel>
  );
}

function Counted({ classes, fleet, onPick }: { classes: readonly ClassCounts[] } & Omit<Props, 'timeZone'>) {
  const { mode } = useTheme().palette;
  const option = useMemo(() => distributionOption(classes, mode), [classes, mode]);
  return (
    <Box sx={{ display: 'flex', gap: 2, flexWrap: 'wrap', alignItems: 'center' }}>
      <Box sx={{ flex: '1 1 320px', minWidth: 260 }}>
        <ErrorBoundary name="The chart">
          <Suspense fallback={<LoadingState label="Loading the chart" minHeight={CHART_PX} />}>
            <Chart option={option} heightPx={CHART_PX} label={distributionWords(classes)} />
          </Suspense>
        </ErrorBoundary>
      </Box>
      <Box sx={{ flex: '2 1 520px', minWidth: 0, overflowX: 'auto' }}>
        <Table data-testid="distribution-counts">
          <caption style={visuallyHidden}>Assets by class and health band; a count filters the list</caption>
          <TableHead>
            <TableRow>
              <TableCell>Class</TableCell>
              {BANDS.map((band) => (
                <TableCell key={band} align="right" title={BAND_WORDS[band]}>
                  <Swatch shape="dot" colour={bandColour(band, mode)} />
                  {band === 'NONE' ? 'Not known' : band}
                </TableCell>
              ))}
              <TableCell align="right">All</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {classes.map(({ assetClass, counts, total }) => (
              <TableRow key={assetClass}>
                <TableCell component="th" scope="row">
                  {CLASS_WORDS[assetClass]}
                </TableCell>
                {BANDS.map((band) => (
                  <TableCell key={band} align="right">
                    <Count
                      count={counts[band]}
                      label={`${CLASS_WORDS[assetClass]}, ${BAND_WORDS[band]}`}
                      isPicked={fleet.assetClass === assetClass && fleet.band === band}
                      onPick={() => onPick(assetClass, band)}
                      onDrop={() => onPick(null, null)}
                    />
                  </TableCell>
                ))}
                <TableCell align="right">
                  <Count
                    count={total}
                    label={`${CLASS_WORDS[assetClass]}, all`}
                    isPicked={fleet.assetClass === assetClass && fleet.band === null}
                    onPick={() => onPick(assetClass, null)}
                    onDrop={() => onPick(null, null)}
                  />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Box>
    </Box>
  );
}

interface CountProps {
  count: number;
  label: string;
  isPicked: boolean;
  onPick: () => void;
  onDrop: () => void;
}

function Count({ count, label, isPicked, onPick, onDrop }: CountProps) {
  if (count === 0 && !isPicked) return <>0</>;
  return (
    <Button
      onClick={isPicked ? onDrop : onPick}
      aria-pressed={isPicked}
      aria-label={`${formatNumber(count)} ${label}`}
      variant={isPicked ? 'outlined' : 'text'}
      sx={{ minWidth: 0, px: 0.75, py: 0, fontWeight: isPicked ? 500 : 400 }}
    >
      {formatNumber(count)}
    </Button>
  );
}
