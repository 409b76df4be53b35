import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ButtonBase from '@mui/material/ButtonBase';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TableSortLabel from '@mui/material/TableSortLabel';
import Typography from '@mui/material/Typography';
import { useCallback, useState } from 'react';
import { useQuery } from 'urql';

import { csvOf } from '../../lib/csv';
import { download } from '../../lib/download';
import { ageSeconds, formatAge, formatNumber, humanize, plural, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { useNow } from '../../ui/useNow';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { listVariables } from './address';
import type { OutageAddress, SortField } from './address';
import { useCrewDrop } from './drag';
import { OutageListNews } from './news';
import { OutageListQuery } from './queries';
import type { Outage } from './queries';
import { outageSteps } from './steps';
import { useFresh } from './useFresh';
import { causeWords, isOverdue, outageColour, shortInstant } from './words';

const PAGE = 25;

const HEADS: readonly { label: string; field?: SortField; isNumber?: boolean }[] = [
  { label: 'Outage', field: 'status' },
  { label: 'Out', field: 'customersOut', isNumber: true },
  { label: 'Began', field: 'startedAt' },
  { label: 'Back by', field: 'estimatedRestorationAt' },
  { label: 'Crew' },
];

interface Props {
  address: OutageAddress;
  onChange: (change: Partial<OutageAddress>) => void;
  selected: string | null;
  timeZone: string;
  /** A crew was dropped on an outage; null: the account assigns none. */
  onAssign: ((outage: Outage, crewId: string) => void) | null;
  onSelect: (assetId: string, at: { lon: number; lat: number }) => void;
}

/** The outages that the filters leave, a page at a time. */
export function OutageList(props: Props) {
  const { address } = props;
  const variables = listVariables(address);
  // Another question begins on its first page.
  return <Pages key={JSON.stringify(variables)} {...props} />;
}

function Pages({ address, onChange, selected, timeZone, onAssign, onSelect }: Props) {
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const [{ data, error, fetching }, refetch] = useQuery({
    query: OutageListQuery,
    variables: { first: PAGE, after: cursors.at(-1) ?? null, ...listVariables(address) },
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useFresh(refresh, OutageListNews);
  const now = useNow();
  const connection = data?.outages;
  if (connection === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="The outages could not be loaded" detail={problemOf(error).message} onRetry={refresh} />;
    }
    return <LoadingState label="Loading the outages" minHeight={200} />;
  }
  const outages = connection.edges.map(({ node }) => node);
  if (outages.length === 0 && cursors.length === 1) {
    const isFiltered = address.cause !== null || address.circuit !== null || address.status !== null || address.planned !== 'all';
    return (
      <EmptyState
        title={address.show === 'active' ? 'No outage is active' : 'No outage is on record'}
        detail={isFiltered ? 'With these filters.' : undefined}
      />
    );
  }
  const from = (cursors.length - 1) * PAGE;
  return (
    <>
      <Table data-testid="outage-list" sx={{ tableLayout: 'fixed' }}>
        <caption style={visuallyHidden}>Outages, sorted; choose one to see its facts and steps</caption>
        <TableHead>
          <TableRow>
            {HEADS.map((head, index) => (
              <Head key={head.label} {...head} isFirst={index === 0} address={address} onChange={onChange} />
            ))}
          </TableRow>
        </TableHead>
        <TableBody>
          {outages.map((outage) => (
            <Row
              key={outage.assetId}
              outage={outage}
              isSelected={outage.assetId === selected}
              nowMs={now}
              timeZone={timeZone}
              onAssign={onAssign}
              onSelect={onSelect}
            />
          ))}
        </TableBody>
      </Table>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 0.5 }}>
        <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }} data-testid="outage-count">
          {outages.length === 0 ? 'None here' : `${formatNumber(from + 1)} to ${formatNumber(from + outages.length)}`} of{' '}
          {plural(connection.totalCount, 'outage')}
        </Typography>
        <Button onClick={() => download('outages.csv', rowsOf(outages), 'text/csv')}>CSV of these</Button>
        <Button disabled={cursors.length === 1} onClick={() => setCursors((all) => all.slice(0, -1))}>
          Before
        </Button>
        <Button
          disabled={!connection.pageInfo.hasNextPage}
          onClick={() => setCursors((all) => [...all, connection.pageInfo.endCursor ?? null])}
        >
          Next
        </Button>
      </Box>
    </>
  );
}

interface HeadProps {
  label: string;
  field?: SortField;
  isNumber?: boolean;
  isFirst: boolean;
  address: OutageAddress;
  onChange: Props['onChange'];
}

function Head({ label, field, isNumber, isFirst, address, onChange }: HeadProps) {
  const isSorted = field !== undefined && address.sort === field;
  const direction = address.isDescending ? 'desc' : 'asc';
  return (
    <TableCell
      align={isNumber === true ? 'right' : 'left'}
      aria-sort={isSorted ? (address.isDescending ? 'descending' : 'ascending') : undefined}
      sx={{ width: isFirst ? '34%' : isNumber === true ? '14%' : undefined }}
    >
      {field === undefined ? (
        label
      ) : (
        <TableSortLabel
          active={isSorted}
          direction={isSorted ? direction : 'desc'}
          onClick={() => onChange({ sort: field, isDescending: isSorted ? !address.isDescending : true })}
        >
          {label}
        </TableSortLabel>
      )}
    </TableCell>
  );
}

interface RowProps extends Pick<Props, 'timeZone' | 'onAssign' | 'onSelect'> {
  outage: Outage;
  isSelected: boolean;
  nowMs: number;
}

function Row({ outage, isSelected, nowMs, timeZone, onAssign, onSelect }: RowProps) {
  const drop = useCrewDrop(onAssign !== null && outageSteps(outage).has('ASSIGN') ? (crewId) => onAssign(outage, crewId) : null);
  const colour = outageColour(outage.status);
  const overdue = isOverdue(outage, nowMs);
  return (
    <TableRow
      hover
      selected={isSelected}
      data-testid={`outage-row-${outage.assetId}`}
      {...drop.handlers}
      sx={{
        verticalAlign: 'top',
        '& td': { fontSize: '0.75rem', lineHeight: 1.35 },
        ...(drop.isOver && { outline: '2px solid', outlineColor: 'primary.main', outlineOffset: -2 }),
      }}
    >
      <TableCell>
        <ButtonBase
          onClick={() => onSelect(outage.assetId, outage)}
          sx={{ display: 'block', textAlign: 'left', fontFamily: 'inherit', fontSize: '0.8125rem', fontWeight: 500, overflowWrap: 'anywhere', borderRadius: 0.5 }}
        >
          {outage.circuit.name}
          <span style={visuallyHidden}>, {outage.assetId}</span>
        </ButtonBase>
        <Box component="span" sx={{ color: colour === 'default' ? 'text.secondary' : `${colour}.main`, fontWeight: 500 }}>
          {humanize(outage.status)}
        </Box>
        <Box component="span" sx={{ color: 'text.secondary' }}>
          {outage.isPlanned ? ', planned' : ''} · {causeWords(outage)}
        </Box>
      </TableCell>
      <TableCell align="right">
        {formatNumber(outage.customersOut)}
        <Second>of {formatNumber(outage.customersInterrupted)}</Second>
      </TableCell>
      <TableCell>
        {shortInstant(outage.startedAt, nowMs, timeZone)}
        <Second>{formatAge(ageSeconds(outage.startedAt, nowMs))} ago</Second>
      </TableCell>
      <TableCell>
        {outage.restoredAt != null ? (
          <>
            {shortInstant(outage.restoredAt, nowMs, timeZone)}
            <Second>restored</Second>
          </>
        ) : outage.estimatedRestorationAt == null ? (
          UNKNOWN
        ) : (
          <>
            {shortInstant(outage.estimatedRestorationAt, nowMs, timeZone)}
            <Second isWarning={overdue}>{overdue ? 'past its P80' : 'P50'}</Second>
          </>
        )}
      </TableCell>
      <TableCell sx={{ overflowWrap: 'anywhere' }}>{outage.crew?.name ?? UNKNOWN}</TableCell>
    </TableRow>
  );
}

function Second({ children, isWarning = false }: { children: React.ReactNode; isWarning?: boolean }) {
  return (
    <Box component="span" sx={{ display: 'block', color: isWarning ? 'warning.main' : 'text.secondary' }}>
      {children}
    </Box>
  );
}

const CSV_NAMES = [
  'id',
  'circuit_id',
  'circuit',
  'status',
  'cause',
  'is_planned',
  'started_at',
  'estimated_p50_at',
  'estimated_p80_at',
  'restored_at',
  'customers_out',
  'customers_interrupted',
  'crew',
];

/** Rows for a spreadsheet, as the server has them. */
function rowsOf(outages: readonly Outage[]): string {
  return csvOf(
    CSV_NAMES,
    outages.map((outage) => [
      outage.assetId,
      outage.circuit.assetId,
      outage.circuit.name,
      outage.status,
      outage.causeCode,
      outage.isPlanned,
      outage.startedAt,
      outage.estimatedRestorationAt,
      outage.estimatedRestorationP80At,
      outage.restoredAt,
      outage.customersOut,
      outage.customersInterrupted,
      outage.crew?.name,
    ]),
  );
}
