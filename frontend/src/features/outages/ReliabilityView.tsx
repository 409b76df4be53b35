import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useQuery } from 'urql';

import type { VariablesOf } from '../../gql/graphql';
import { formatInstant, formatNumber, formatQuantity, plural, sensibleDigits, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { fileColumns } from '../../lib/tableColumns';
import type { Column } from '../../lib/tableColumns';
import { dayOf, shiftDay } from '../../lib/zonedTime';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { ErrorState, LoadingState } from '../../ui/StateMessage';
import { useNow } from '../../ui/useNow';

import { isDay } from './address';
import type { OutageAddress } from './address';
import { ReliabilityQuery } from './reliabilityQuery';
import type { Reliability } from './reliabilityQuery';

const DEFAULT_DAYS = 365;
const PLANNED = { all: 'ALL', unplanned: 'UNPLANNED', planned: 'PLANNED' } as const satisfies Record<
  OutageAddress['planned'],
  VariablesOf<typeof ReliabilityQuery>['planned']
>;

interface Props {
  address: OutageAddress;
  onChange: (change: Partial<OutageAddress>) => void;
  timeZone: string;
}

/** The reliability indices of a period, with and without its major event days. */
export function ReliabilityView({ address, onChange, timeZone }: Props) {
  const today = dayOf(useNow(60_000), timeZone);
  const to = address.to ?? today;
  const from = address.from ?? shiftDay(to, 1 - DEFAULT_DAYS);
  const isBackwards = from > to;
  const [{ data, error, fetching, stale }, refetch] = useQuery({
    query: ReliabilityQuery,
    variables: { firstDay: from, lastDay: to, planned: PLANNED[address.planned] },
    pause: isBackwards,
    requestPolicy: 'cache-and-network',
  });
  return (
    <Box data-testid="reliability" aria-busy={fetching || stale}>
      <Box role="group" aria-label="Period" sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(120px, 1fr))', gap: 1, mb: 0.75, mt: 0.75 }}>
        <Day label="First day" value={from} isWrong={isBackwards} onChange={(day) => onChange({ from: day })} />
        <Day label="Last day" value={to} isWrong={isBackwards} onChange={(day) => onChange({ to: day })} />
        <TextField
          select
          label="Interruptions"
          value={address.planned}
          onChange={(event) => onChange({ planned: (['all', 'unplanned', 'planned'] as const).find((each) => each === event.target.value) ?? 'all' })}
        >
          <MenuItem value="all">All</MenuItem>
          <MenuItem value="unplanned">Unplanned</MenuItem>
          <MenuItem value="planned">Planned</MenuItem>
        </TextField>
      </Box>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.5, mb: 1 }}>
        {presets(today).map((preset) => (
          <Button key={preset.label} onClick={() => onChange({ from: preset.from, to: preset.to })}>
            {preset.label}
          </Button>
        ))}
      </Box>
      {isBackwards && <Typography color="error">The first day is after the last.</Typography>}
      {!isBackwards && data === undefined && error !== undefined && !fetching && (
        <ErrorState title="The indices could not be computed" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
      )}
      {!isBackwards && data === undefined && fetching && <LoadingState label="Computing the indices" minHeight={240} />}
      {!isBackwards && data !== undefined && <Report data={data} timeZone={timeZone} />}
    </Box>
  );
}

export function presets(today: string): { label: string; from: string; to: string }[] {
  const year = Number(today.slice(0, 4));
  return [
    { label: 'Last 30 days', from: shiftDay(today, -29), to: today },
    { label: 'Last 365 days', from: shiftDay(today, -364), to: today },
    { label: 'This year', from: `${year}-01-01`, to: today },
    { label: 'Last year', from: `${year - 1}-01-01`, to: `${year - 1}-12-31` },
  ];
}

function Day({ label, value, isWrong, onChange }: { label: string; value: string; isWrong: boolean; onChange: (day: string) => void }) {
  // While a date is typed it is none for a moment: what is shown stays until it is one.
  const [draft, setDraft] = useState<{ of: string; text: string } | null>(null);
  const text = draft?.of === value ? draft.text : value;
  return (
    <TextField
      type="date"
      label={label}
      value={text}
      error={isWrong || !isDay(text)}
      onChange={(event) => {
        const next = event.target.value;
        setDraft({ of: value, text: next });
        if (isDay(next)) onChange(next);
      }}
      slotProps={{ inputLabel: { shrink: true } }}
    />
  );
}

function Report({ data, timeZone }: { data: Reliability; timeZone: string }) {
  const { reliability, majorEventDays } = data;
  return (
    <>
      <Table data-testid="reliability-indices">
        <caption style={{ captionSide: 'top', padding: 0 }}>
          <Typography variant="caption" component="span" color="textSecondary">
            {reliability.firstDay} to {reliability.lastDay}, {plural(reliability.customersServed, 'customer')} served as on record now.
            {reliability.asOf == null ? ' Nothing is on record.' : ` As of ${formatInstant(reliability.asOf, timeZone)}.`}
            {reliability.isPartial &&
              ` Some of the period is not on record${reliability.recordFirstDay == null ? '' : ` (the record begins ${reliability.recordFirstDay})`}: what happened then is not counted.`}
            {reliability.customersOut > 0 && ` ${plural(reliability.customersOut, 'customer')} still out count up to then.`}
          </Typography>
        </caption>
        <TableHead>
          <TableRow>
            <TableCell>Index</TableCell>
            <TableCell align="right">With MED</TableCell>
            <TableCell align="right">Without MED</TableCell>
            <TableCell>Unit</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {reliability.indices.map((index) => (
            <TableRow key={index.key} data-testid={`index-${index.key}`}>
              <Tooltip title={index.definition}>
                <TableCell component="th" scope="row" tabIndex={0}>
                  {index.key.replace('_', '-')}
                  <Box component="span" sx={{ display: 'block', color: 'text.secondary', fontSize: '0.6875rem' }}>
                    {index.name}
                  </Box>
                </TableCell>
              </Tooltip>
              <Value value={index.withMajorEventDays} />
              <Value value={index.withoutMajorEventDays} />
              <TableCell sx={{ color: 'text.secondary' }}>{index.unit}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <Typography variant="overline" component="h2" color="textSecondary" sx={{ mt: 2, display: 'block' }}>
        Major event days · {formatNumber(majorEventDays.days.length)}
      </Typography>
      {majorEventDays.thresholds.map((threshold) => (
        <Typography key={threshold.year} variant="caption" component="p" color="textSecondary">
          {threshold.year}:{' '}
          {threshold.tMedMin == null
            ? `threshold not known: ${threshold.reason ?? 'no reason was given'}`
            : `a SAIDI above ${formatQuantity(threshold.tMedMin, 'min')} in a day, from ${plural(threshold.dayCount, 'day')} of ${plural(threshold.yearCount, 'year')}`}
        </Typography>
      ))}
      {majorEventDays.days.length > 0 && (
        <DataTable label="Major event days" rows={majorEventDays.days} columns={DAY_COLUMNS} rowKey={({ day }) => day} testId="major-event-days" />
      )}
      <Box sx={{ mt: 1 }}>
        <CsvButton
          name={`reliability-${reliability.firstDay}-${reliability.lastDay}`}
          what="the indices"
          rows={reliability.indices}
          columns={indexColumns(reliability)}
          heads="keys"
        />
      </Box>
    </>
  );
}

function Value({ value }: { value: { value?: number | null; reason?: string | null } }) {
  return (
    <TableCell align="right">
      {value.value == null ? UNKNOWN : formatNumber(value.value, Math.abs(value.value) < 1 ? 4 : sensibleDigits(value.value))}
      {value.reason != null && (
        <Box component="span" sx={{ display: 'block', color: 'text.secondary', fontSize: '0.6875rem' }}>
          {value.reason}
        </Box>
      )}
    </TableCell>
  );
}

type Index = Reliability['reliability']['indices'][number];
type MajorDay = Reliability['majorEventDays']['days'][number];

/** Of the file; every row says of which days it is. */
function indexColumns({ firstDay, lastDay }: Pick<Reliability['reliability'], 'firstDay' | 'lastDay'>): Column<Index>[] {
  return fileColumns<Index>({
    index: ({ key }) => key,
    name: ({ name }) => name,
    unit: ({ unit }) => unit,
    first_day: () => firstDay,
    last_day: () => lastDay,
    with_major_event_days: ({ withMajorEventDays }) => withMajorEventDays.value,
    without_major_event_days: ({ withoutMajorEventDays }) => withoutMajorEventDays.value,
  });
}

const DAY_COLUMNS: readonly ShownColumn<MajorDay>[] = [
  { key: 'day', label: 'Day', value: ({ day }) => day },
  { key: 'saidi', label: 'SAIDI, min', isNumber: true, value: ({ saidiMin }) => saidiMin, cell: ({ saidiMin }) => formatNumber(saidiMin, 2) },
  { key: 'threshold', label: 'Threshold, min', isNumber: true, value: ({ tMedMin }) => tMedMin, cell: ({ tMedMin }) => formatNumber(tMedMin, 2) },
  { key: 'customers', label: 'Customers', isNumber: true, value: ({ totals }) => totals.customerInterruptions },
];
