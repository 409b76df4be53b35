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
import { formatNumber, formatQuantity, humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { Pager, rangeWords } from '../../ui/Pager';
import { SortHead } from '../../ui/SortHead';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { usePaging } from '../../ui/usePaging';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { Panel } from './Panel';
import { RiskRunNote, riskRunWords } from './RiskRunNote';
import { onMapPath, transformerPath } from './links';
import { MaintenanceQuery, RiskRunQuery } from './queries';
import type { MaintenanceOrdering, MaintenanceRow, RiskRun } from './queries';
import { ACTION_WORDS } from './recommendation';
import { AppLink, CsvButton } from './table';
import { useAllPages } from './useAllPages';
import { evidenceWords, formatChance } from './words';

const PAGE = 50;

type Sort = 'avoidedRank' | 'probability365d' | 'customers' | 'ageYears' | 'peakLoadingPct';

function orderingOf(sort: Sort, isDescending: boolean): MaintenanceOrdering {
  const way = isDescending ? 'DESC_NULLS_LAST' : 'ASC_NULLS_LAST';
  switch (sort) {
    case 'avoidedRank':
      return [{ avoidedRank: way }];
    case 'probability365d':
      return [{ probability365d: way }, { avoidedRank: 'ASC' }];
    case 'customers':
      return [{ customers: way }, { avoidedRank: 'ASC' }];
    case 'ageYears':
      return [{ ageYears: way }, { avoidedRank: 'ASC' }];
    case 'peakLoadingPct':
      return [{ peakLoadingPct: way }, { avoidedRank: 'ASC' }];
  }
}

/** Transformers whose replacement avoids most customer-minutes, the most first. */
export function MaintenanceList({ timeZone }: { timeZone: string | undefined }) {
  const [runResult] = useQuery({ query: RiskRunQuery, requestPolicy: 'cache-and-network' });
  const [{ sort, isDescending }, setOrder] = useState<{ sort: Sort; isDescending: boolean }>({ sort: 'avoidedRank', isDescending: false });
  const ordering = useMemo(() => orderingOf(sort, isDescending), [sort, isDescending]);
  const paging = usePaging(JSON.stringify(ordering));
  const [{ data, error, fetching }, refetch] = useQuery({
    query: MaintenanceQuery,
    variables: { first: PAGE, after: paging.after, filters: null, ordering },
    requestPolicy: 'cache-and-network',
  });
  const all = useAllPages(
    MaintenanceQuery,
    (page) => ({ ...page, filters: null, ordering }),
    ({ maintenanceList }) => ({
      rows: maintenanceList.edges.map((edge) => edge.node),
      totalCount: maintenanceList.totalCount,
      next: maintenanceList.pageInfo.hasNextPage ? (maintenanceList.pageInfo.endCursor ?? null) : null,
    }),
  );
  const page = data?.maintenanceList;
  const run = runResult.data === undefined ? undefined : (runResult.data.transformerRiskRun ?? null);
  const onSort = (id: Sort): void => setOrder(id === sort ? { sort, isDescending: !isDescending } : { sort: id, isDescending: id !== 'avoidedRank' });
  return (
    <Panel
      title="Where a new transformer avoids most"
      testId="maintenance-list"
      action={
        page !== undefined &&
        page.totalCount > 0 && (
          <CsvButton
            progress={all.progress}
            problem={all.problem}
            onLoad={() => all.load((rows) => saveCsv('transformer-maintenance', maintenanceCsv(rows)))}
            onCancel={all.cancel}
          />
        )
      }
    >
      {page === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorState title="The list could not be loaded" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
        ) : (
          <LoadingState label="Loading the list" minHeight={240} />
        ))}
      {page?.totalCount === 0 && run !== undefined && (
        <EmptyState
          title="No transformer is listed"
          detail={run === null || run.reason != null ? riskRunWords(run, timeZone) : 'Nowhere is a new unit less likely to fail than the one that stands there.'}
        />
      )}
      {page !== undefined && page.totalCount > 0 && (
        <>
          {run !== undefined && <RiskRunNote run={run} timeZone={timeZone} />}
          {run != null && <Fleet run={run} />}
          <Box sx={{ overflowX: 'auto' }}>
            <Table data-testid="maintenance-table">
              <caption style={visuallyHidden}>Transformers by the customer-minutes that a new unit avoids within a year</caption>
              <TableHead>
                <TableRow>
                  <SortHead id="avoidedRank" align="right" {...{ sort, isDescending, onSort }}>
                    Rank
                  </SortHead>
                  <TableCell>Transformer</TableCell>
                  <TableCell>Action</TableCell>
                  <TableCell align="right" title="Customer-minutes a year that a new unit is expected to avoid">
                    Avoids, cust.-min
                  </TableCell>
                  <TableCell align="right" title="Customer-minutes of the replacement itself if supply is off meanwhile">
                    Planned outage, cust.-min
                  </TableCell>
                  <SortHead id="probability365d" align="right" {...{ sort, isDescending, onSort }}>
                    Fails within a year
                  </SortHead>
                  <TableCell>Tier</TableCell>
                  <TableCell>Speaks most</TableCell>
                  <SortHead id="customers" align="right" {...{ sort, isDescending, onSort }}>
                    Customers
                  </SortHead>
                  <SortHead id="ageYears" align="right" {...{ sort, isDescending, onSort }}>
                    Age
                  </SortHead>
                  <SortHead id="peakLoadingPct" align="right" title="Highest hourly load of the last year, % of the rating" {...{ sort, isDescending, onSort }}>
                    Peak load
                  </SortHead>
                  <TableCell>
                    <span style={visuallyHidden}>Map</span>
                  </TableCell>
                </TableRow>
              </TableHead>
              <TableBody>
                {page.edges.map(({ node }) => (
                  <TableRow key={node.id} hover data-testid={`maintenance-${node.transformerId}`}>
                    <TableCell align="right">{formatNumber(node.avoidedRank)}</TableCell>
                    <TableCell sx={{ whiteSpace: 'nowrap' }}>
                      <AppLink to={transformerPath(node.transformerId)}>{node.transformerId}</AppLink>
                    </TableCell>
                    <TableCell>{ACTION_WORDS[node.action]}</TableCell>
                    <TableCell align="right">{formatQuantity(node.avoidedMinutes, '')}</TableCell>
                    <TableCell align="right">{formatQuantity(node.plannedMinutes, '')}</TableCell>
                    <TableCell align="right">{formatChance(node.probability365d)}</TableCell>
                    <TableCell>{node.tier === 'UNKNOWN' ? 'not known' : humanize(node.tier)}</TableCell>
                    <TableCell>{node.mainEvidence == null ? 'nothing' : evidenceWords(node.mainEvidence)}</TableCell>
                    <TableCell align="right">{formatNumber(node.customers)}</TableCell>
                    <TableCell align="right">{formatQuantity(node.ageYears, 'years', 0)}</TableCell>
                    <TableCell align="right">{formatQuantity(node.peakLoadingPct, '%', 0)}</TableCell>
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
        </>
      )}
    </Panel>
  );
}

/** What is expected of all transformers. */
function Fleet({ run }: { run: RiskRun }) {
  const horizons = run.horizons.map(({ days, expectedFailures, reason }) =>
    expectedFailures == null
      ? `within ${formatNumber(days)} days not known (${reason ?? 'no reason given'})`
      : `${formatQuantity(expectedFailures, '')} within ${formatNumber(days)} days`,
  );
  const tiers = run.tiers.map(({ tier, transformers }) => `${formatNumber(transformers)} ${humanize(tier).toLowerCase()}`);
  return (
    <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 0.75 }}>
      Failures expected of {formatNumber(run.transformerCount)} transformers: {horizons.join(', ')}. By tier: {tiers.join(', ')}. A failure
      lasts {formatQuantity(run.failureMinutes, 'min', 0)}, planned work {formatQuantity(run.plannedMinutes, 'min', 0)} on average.
    </Typography>
  );
}

export function maintenanceCsv(rows: readonly MaintenanceRow[]): string {
  return csvOf(
    ['avoided_rank', 'transformer_id', 'action', 'avoided_customer_min', 'failure_customer_min', 'planned_customer_min', 'probability_365d', 'tier', 'times_base_rate', 'main_evidence', 'customers', 'age_years', 'peak_loading_pct'],
    rows.map((row) => [
      row.avoidedRank,
      row.transformerId,
      row.action,
      row.avoidedMinutes,
      row.failureMinutes,
      row.plannedMinutes,
      row.probability365d,
      row.tier,
      row.timesBaseRate,
      row.mainEvidence,
      row.customers,
      row.ageYears,
      row.peakLoadingPct,
    ]),
  );
}
