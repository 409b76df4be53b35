import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { useQuery } from 'urql';

import type { Bounds } from '../../lib/boundsGrid';
import { formatNumber, humanize, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { useColours } from '../../ui/palette';

import { Filters } from './Filters';
import { GROUPINGS } from './address';
import type { Grouping, PatchAddress, VegetationAddress } from './address';
import { scopeOf } from './area';
import { outlookBars, outlookOption } from './charts';
import { OutlookQuery } from './patternQueries';
import type { OutlookGroup } from './patternQueries';
import { useRefresh } from './useRefresh';

const Chart = lazy(() => import('../../ui/Chart').then((module) => ({ default: module.Chart })));

const LABELS: Readonly<Record<Grouping, string>> = { CIRCUIT: 'Circuit', SPECIES: 'Species', LINE_CLASS: 'Class of line' };

interface Props {
  address: VegetationAddress;
  onChange: PatchAddress;
  bounds: Bounds | null;
}

/** When trees come within the clearance: how many in which years, and of which circuits or species. */
export function GrowthView({ address, onChange, bounds }: Props) {
  const colours = useColours();
  const scope = scopeOf(address, bounds);
  const [{ data, error, fetching }, refetch] = useQuery({ query: OutlookQuery, variables: { ...scope, groupBy: address.grouping } });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useRefresh(refresh);
  const outlook = data?.encroachmentOutlook;
  const bars = useMemo(() => (outlook === undefined ? [] : outlookBars(outlook.total, outlook.edgesYears)), [outlook]);
  const option = useMemo(() => outlookOption(bars, colours), [bars, colours]);
  const columns = useMemo(() => groupColumns(address.grouping, outlook?.edgesYears ?? []), [address.grouping, outlook]);
  return (
    <>
      <Filters address={address} onChange={onChange} hasLevel={false} />
      {outlook === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorState title="The outlook could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Loading the outlook" minHeight={240} />
        ))}
      {outlook?.total.treeCount === 0 && <EmptyState title="No tree is near a line here" />}
      {outlook !== undefined && outlook.total.treeCount > 0 && (
        <>
          <Typography variant="h2" data-testid="outlook-total">
            {plural(outlook.total.overdueCount, 'tree')} of {formatNumber(outlook.total.treeCount)} within the clearance today
          </Typography>
          <Typography variant="caption" color="textSecondary" component="p">
            Overdue against the clearance standard. Until when the others come inside at their growth, in years:
          </Typography>
          <Suspense fallback={<LoadingState label="Loading the chart" minHeight={220} />}>
            <Chart
              option={option}
              heightPx={220}
              label={`Trees by when they come within the clearance: ${bars.map(({ label, count }) => `${label} ${count}`).join(', ')}`}
            />
          </Suspense>
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 1.25, mb: 0.5 }}>
            <TextField
              select
              label="By"
              value={address.grouping}
              onChange={(event) => onChange({ grouping: GROUPINGS.find((each) => each === event.target.value) ?? 'CIRCUIT' })}
              sx={{ minWidth: 150 }}
            >
              {GROUPINGS.map((each) => (
                <MenuItem key={each} value={each}>
                  {LABELS[each]}
                </MenuItem>
              ))}
            </TextField>
            <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }}>
              {outlook.groupCount > outlook.groups.length ? `The first ${formatNumber(outlook.groups.length)} of ${formatNumber(outlook.groupCount)}` : ''}
            </Typography>
            <CsvButton heads="keys" name="encroachment-outlook" what="the outlook" rows={outlook.groups} columns={columns} />
          </Box>
          <DataTable
            key={address.grouping}
            label={`Trees by ${LABELS[address.grouping].toLowerCase()} and when they come within the clearance`}
            testId="outlook"
            rowTestId="outlook"
            maxHeightPx={null}
            isDense
            rows={outlook.groups}
            columns={columns}
            rowKey={(group) => group.key ?? 'none'}
          />
        </>
      )}
    </>
  );
}

function groupWords(group: OutlookGroup, grouping: Grouping): string {
  if (group.key == null) return grouping === 'CIRCUIT' ? 'Transmission' : 'Unknown';
  return grouping === 'LINE_CLASS' ? humanize(group.key) : (group.label ?? group.key);
}

/** How many come inside before so many years, beyond those who are. */
function dueWithin(group: OutlookGroup, edges: readonly number[], years: number): number {
  return group.dueCounts.reduce((sum, count, i) => ((edges[i] ?? Infinity) <= years ? sum + count : sum), 0);
}

function groupColumns(grouping: Grouping, edges: readonly number[]): ShownColumn<OutlookGroup>[] {
  const within = (years: number): ShownColumn<OutlookGroup> => ({
    key: `within_${years}_years`,
    label: `≤ ${years} y`,
    title: `Come within the clearance in less than ${years} years; those who are not counted`,
    isNumber: true,
    value: (group) => dueWithin(group, edges, years),
    cell: (group) => formatNumber(dueWithin(group, edges, years)),
  });
  return [
    {
      key: grouping.toLowerCase(),
      label: LABELS[grouping],
      value: (group) => group.key,
      cell: (group) => groupWords(group, grouping),
    },
    { key: 'trees', label: 'Trees', isNumber: true, value: (group) => group.treeCount, cell: (group) => formatNumber(group.treeCount) },
    { key: 'overdue', label: 'Overdue', isNumber: true, value: (group) => group.overdueCount, cell: (group) => formatNumber(group.overdueCount) },
    within(1),
    within(4),
    within(10),
    { key: 'never', label: 'Never', isNumber: true, value: (group) => group.neverCount, cell: (group) => formatNumber(group.neverCount) },
    { key: 'unknown', label: 'Unknown', isNumber: true, value: (group) => group.unknownCount, cell: (group) => formatNumber(group.unknownCount) },
  ];
}
