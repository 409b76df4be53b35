import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useCallback } from 'react';
import { useQuery } from 'urql';

import { ageSeconds, formatAge, formatNumber, humanize, plural, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { isOverdue } from '../../lib/overdue';
import { fileColumns } from '../../lib/tableColumns';
import { CsvButton } from '../../ui/CsvButton';
import { Pager, rangeWords } from '../../ui/Pager';
import { SortHead } from '../../ui/SortHead';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { useNow } from '../../ui/useNow';
import { usePaging } from '../../ui/usePaging';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { listVariables } from './address';
import type { OutageAddress, SortField } from './address';
import { useCrewDrop } from './drag';
import { OutageListNews } from './news';
import { OutageListQuery } from './queries';
import type { Outage } from './queries';
import { outageSteps } from './steps';
import { useFresh } from './useFresh';
import { causeWords, outageColour, shortInstant } from './words';

const PAGE = 25;

const HEADS: readonly { label: string; field?: SortField; isNumber?: boolean; width?: string }[] = [
  { label: 'Outage', field: 'status', width: '34%' },
  { label: 'Out', field: 'customersOut', isNumber: true, width: '14%' },
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
export function OutageList({ address, onChange, selected, timeZone, onAssign, onSelect }: Props) {
  const asked = listVariables(address);
  const paging = usePaging(JSON.stringify(asked));
  const [{ data, error, fetching }, refetch] = useQuery({
    query: OutageListQuery,
    variables: { first: PAGE, after: paging.after, ...asked },
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
  if (outages.length === 0 && paging.page === 0) {
    const isFiltered = address.cause !== null || address.circuit !== null || address.status !== null || address.planned !== 'all';
    return (
      <EmptyState
        title={address.show === 'active' ? 'No outage is active' : 'No outage is on record'}
        detail={isFiltered ? 'With these filters.' : undefined}
      />
    );
  }
  return (
    <>
      <Table data-testid="outage-list" sx={{ tableLayout: 'fixed' }}>
        <caption style={visuallyHidden}>Outages, sorted; choose one to see its facts and steps</caption>
        <colgroup>
          {HEADS.map(({ label, width }) => (
            <col key={label} style={{ width }} />
          ))}
        </colgroup>
        <TableHead>
          <TableRow>
            {HEADS.map(({ label, field, isNumber = false }) =>
              field === undefined ? (
                <TableCell key={label}>{label}</TableCell>
              ) : (
                <SortHead
                  key={label}
                  id={field}
                  sort={address.sort}
                  isDescending={address.isDescending}
                  onSort={() => onChange({ sort: field, isDescending: address.sort === field ? !address.isDescending : true })}
                  align={isNumber ? 'right' : 'left'}
                >
                  {label}
                </SortHead>
              ),
            )}
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
      <Pager
        note={rangeWords(paging.page * PAGE, outages.length, plural(connection.totalCount, 'outage'))}
        noteTestId="outage-count"
        {...paging.steps(connection.pageInfo)}
      >
        <CsvButton name="outages" what="these outages" rows={outages} columns={FILE} heads="keys" />
      </Pager>
    </>
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

/** Rows for a spreadsheet, as the server has them. */
const FILE = fileColumns<Outage>({
  id: ({ assetId }) => assetId,
  circuit_id: ({ circuit }) => circuit.assetId,
  circuit: ({ circuit }) => circuit.name,
  status: ({ status }) => status,
  cause: ({ causeCode }) => causeCode,
  is_planned: ({ isPlanned }) => isPlanned,
  started_at: ({ startedAt }) => startedAt,
  estimated_p50_at: ({ estimatedRestorationAt }) => estimatedRestorationAt,
  estimated_p80_at: ({ estimatedRestorationP80At }) => estimatedRestorationP80At,
  restored_at: ({ restoredAt }) => restoredAt,
  customers_out: ({ customersOut }) => customersOut,
  customers_interrupted: ({ customersInterrupted }) => customersInterrupted,
  crew: ({ crew }) => crew?.name,
});
