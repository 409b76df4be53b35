import Button from '@mui/material/Button';
import { useState } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, humanize } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { Section } from '../common/Section';
import { formatBytes } from '../common/sizes';

import { DataSummaryQuery } from './queries';
import type { TableSummary } from './queries';

/** What the cache holds, table by table; asked for only when wanted, since every table is looked at. */
export function SummaryTable({ timeZone }: { timeZone: string | undefined }) {
  const [isWanted, setWanted] = useState(false);
  const [{ data, error, fetching }, refetch] = useQuery({ query: DataSummaryQuery, pause: !isWanted, requestPolicy: 'cache-and-network' });
  const refresh = (): void => refetch({ requestPolicy: 'network-only' });
  const rows = data?.dataSummary;
  return (
    <Section
      title="What the cache holds"
      note="Size on disk, where and of when the rows are. Sizes and extents are of all rows, and not shown to accounts limited to zones."
      actions={
        <Button variant="outlined" disabled={isWanted && fetching} onClick={isWanted ? refresh : () => setWanted(true)} data-testid="show-summary">
          {isWanted ? 'Look again' : 'Show'}
        </Button>
      }
    >
      {isWanted && rows === undefined && error !== undefined && !fetching && (
        <ErrorState title="The summary could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
      )}
      {isWanted && rows === undefined && (error === undefined || fetching) && <LoadingState label="Looking at every table" minHeight={160} />}
      {rows !== undefined && (
        <DataTable
          label="Tables of the cache"
          testId="summary-table"
          csv="data-summary"
          maxHeightPx={null}
          columns={summaryColumns(timeZone)}
          rows={rows}
          rowKey={(row) => row.key}
        />
      )}
    </Section>
  );
}

function summaryColumns(timeZone: string | undefined): ShownColumn<TableSummary>[] {
  return [
    { key: 'title', label: 'Table', value: (row) => row.title },
    { key: 'rows', label: 'Rows', isNumber: true, value: (row) => row.rowCount },
    { key: 'method', label: 'Counted', value: (row) => row.countMethod, cell: (row) => humanize(row.countMethod) },
    { key: 'bytes', label: 'Rows on disk', isNumber: true, value: (row) => row.tableBytes, cell: (row) => formatBytes(row.tableBytes) },
    { key: 'index', label: 'Indexes', isNumber: true, value: (row) => row.indexBytes, cell: (row) => formatBytes(row.indexBytes) },
    {
      key: 'extent',
      label: 'West, south, east, north',
      value: (row) => row.extent?.join(' '),
      cell: (row) => row.extent?.map((degrees) => `${formatNumber(degrees, 2)}°`).join(', ') ?? '–',
    },
    { key: 'newest', label: 'Newest moment', value: (row) => row.newestChangeAt, cell: (row) => formatInstant(row.newestChangeAt, timeZone) },
    { key: 'synced', label: 'Synced', value: (row) => row.syncedAt, cell: (row) => formatInstant(row.syncedAt, timeZone) },
  ];
}
