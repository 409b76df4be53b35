import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';

import { csvOf, saveCsv } from '../../lib/csv';
import { formatInstant, formatNumber, formatQuantity } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { Pager, rangeWords } from '../../ui/Pager';
import { SortHead } from '../../ui/SortHead';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { usePaging } from '../../ui/usePaging';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { Panel } from './Panel';
import { onMapPath, transformerPath } from './links';
import { ForecastRunQuery, ForecastsQuery } from './queries';
import type { ForecastOrdering, ForecastRow } from './queries';
import { AppLink, CsvButton } from './table';
import { forecastRunWords, hourWords } from './tomorrow';
import { useAllPages } from './useAllPages';
import { formatChance } from './words';

const PAGE = 50;

type Sort = 'overloadProbability' | 'hotProbability' | 'peakPct' | 'hotSpotC';

function orderingOf(sort: Sort, isDescending: boolean): ForecastOrdering {
  const way = isDescending ? 'DESC_NULLS_LAST' : 'ASC_NULLS_LAST';
  switch (sort) {
    case 'overloadProbability':
      return [{ overloadProbability: way }, { peakPct: 'DESC_NULLS_LAST' }];
    case 'hotProbability':
      return [{ hotProbability: way }, { peakPct: 'DESC_NULLS_LAST' }];
    case 'peakPct':
      return [{ peakPct: way }];
    case 'hotSpotC':
      return [{ hotSpotC: way }];
  }
}

/** The next day of every transformer, the likeliest overload first. */
export function TomorrowList({ timeZone }: { timeZone: string | undefined }) {
  const [runResult] = useQuery({ query: ForecastRunQuery, requestPolicy: 'cache-and-network' });
  const [{ sort, isDescending }, setOrder] = useState<{ sort: Sort; isDescending: boolean }>({ sort: 'overloadProbability', isDescending: true });
  const ordering = useMemo(() => orderingOf(sort, isDescending), [sort, isDescending]);
  const paging = usePaging(JSON.stringify(ordering));
  const [{ data, error, fetching }, refetch] = useQuery({
    query: ForecastsQuery,
    variables: { first: PAGE, after: paging.after, filters: null, ordering },
    requestPolicy: 'cache-and-network',
  });
  const all = useAllPages(
    ForecastsQuery,
    (page) => ({ ...page, filters: null, ordering }),
    ({ transformerForecasts }) => ({
      rows: transformerForecasts.edges.map((edge) => edge.node),
      totalCount: transformerForecasts.totalCount,
      next: transformerForecasts.pageInfo.hasNextPage ? (transformerForecasts.pageInfo.endCursor ?? null) : null,
    }),
  );
  const page = data?.transformerForecasts;
  const run = runResult.data === undefined ? undefined : (runResult.data.transformerForecastRuns[0] ?? null);
  const onSort = (id: Sort): void => setOrder(id === sort ? { sort, isDescending: !isDescending } : { sort: id, isDescending: true });
  return (
    <Panel
      title={run?.day == null ? 'The next day' : `Forecast of ${run.day}`}
      note={run?.knownUntil == null ? undefined : `hours known up to ${formatInstant(run.knownUntil, timeZone)}`}
      testId="tomorrow-list"
      action={
        page !== undefined &&
        page.totalCount > 0 && (
          <CsvButton
            progress={all.progress}
            problem={all.problem}
            onLoad={() => all.load((rows) => saveCsv('transformer-next-day', forecastCsv(rows)))}
            onCancel={all.cancel}
          />
        )
      }
    >
      {page === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorState title="The forecast could not be loaded" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
        ) : (
          <LoadingState label="Loading the forecast" minHeight={240} />
        ))}
      {page?.totalCount === 0 && run !== undefined && <EmptyState title="There is no forecast" detail={forecastRunWords(run)} />}
      {page !== undefined && page.totalCount > 0 && (
        <>
          {run !== undefined && (
            <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 0.75 }}>
              {forecastRunWords(run)}
            </Typography>
          )}
          <Box sx={{ overflowX: 'auto' }}>
            <Table data-testid="tomorrow-table">
              <caption style={visuallyHidden}>Transformers with their forecast peak and hot spot of the next day</caption>
              <TableHead>
                <TableRow>
                  <TableCell>Transformer</TableCell>
                  <SortHead id="overloadProbability" align="right" {...{ sort, isDescending, onSort }}>
                    Overload
                  </SortHead>
                  <SortHead id="peakPct" align="right" {...{ sort, isDescending, onSort }}>
                    Peak load
                  </SortHead>
                  <TableCell align="right">at, local time</TableCell>
                  <TableCell align="right">Day before</TableCell>
                  <SortHead id="hotProbability" align="right" {...{ sort, isDescending, onSort }}>
                    Too hot
                  </SortHead>
                  <SortHead id="hotSpotC" align="right" {...{ sort, isDescending, onSort }}>
                    Hot spot
                  </SortHead>
                  <TableCell align="right">Day before</TableCell>
                  <TableCell>
                    <span style={visuallyHidden}>Map</span>
                  </TableCell>
                </TableRow>
              </TableHead>
              <TableBody>
                {page.edges.map(({ node }) => (
                  <TableRow key={node.id} hover>
                    <TableCell sx={{ whiteSpace: 'nowrap' }}>
                      <AppLink to={transformerPath(node.transformerId)}>{node.transformerId}</AppLink>
                    </TableCell>
                    <TableCell align="right">{formatChance(node.overloadProbability)}</TableCell>
                    <TableCell align="right">{formatQuantity(node.peakPct, '%', 0)}</TableCell>
                    <TableCell align="right">{hourWords(node.peakHour)}</TableCell>
                    <TableCell align="right">{formatQuantity(node.yesterdayPeakPct, '%', 0)}</TableCell>
                    <TableCell align="right">{formatChance(node.hotProbability)}</TableCell>
                    <TableCell align="right">{formatQuantity(node.hotSpotC, '°C', 0)}</TableCell>
                    <TableCell align="right">{formatQuantity(node.yesterdayHotSpotC, '°C', 0)}</TableCell>
                    <TableCell align="right">
                      <AppLink to={onMapPath(node.transformerId)}>
                        Map<span style={visuallyHidden}>: {node.transformerId}</span>
                      </AppLink>
                    </TableCell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          </Box>
          <Pager note={rangeWords(paging.page * PAGE, page.edges.length, page.totalCount)} noteTestId="page-note" {...paging.steps(page.pageInfo)} />
          {run?.unknownCount != null && run.unknownCount > 0 && (
            <Typography variant="caption" color="textSecondary">
              {formatNumber(run.unknownCount)} are not known: not all their hours are on record.
            </Typography>
          )}
        </>
      )}
    </Panel>
  );
}

function forecastCsv(rows: readonly ForecastRow[]): string {
  return csvOf(
    ['transformer_id', 'overload_probability', 'peak_pct', 'peak_hour_local', 'yesterday_peak_pct', 'hot_probability', 'hot_spot_c', 'yesterday_hot_spot_c'],
    rows.map((row) => [
      row.transformerId,
      row.overloadProbability,
      row.peakPct,
      row.peakHour,
      row.yesterdayPeakPct,
      row.hotProbability,
      row.hotSpotC,
      row.yesterdayHotSpotC,
    ]),
  );
}
