import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, plural, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { PeriodForm } from './PeriodForm';
import { StormsQuery } from './queries';
import type { Storm } from './queries';
import { daysWords, ruleWords } from './words';

interface Props {
  timeZone: string;
  onReplay: (period: { startMs: number; endMs: number }) => void;
}

const MINUTES_PER_HOUR = 60;

function remarks({ endedAt, majorEventDays, unknownOutageCount }: Storm): string {
  const found = endedAt == null ? ['not over'] : [];
  if (majorEventDays == null) found.push('major event day: not known');
  else if (majorEventDays.length > 0) found.push(plural(majorEventDays.length, 'major event day'));
  if (unknownOutageCount > 0) found.push(`${plural(unknownOutageCount, 'outage')} with unknown customers`);
  return found.join(', ');
}

function columnsOf(timeZone: string, onReplay: Props['onReplay']): ShownColumn<Storm>[] {
  return [
    {
      key: 'days',
      label: 'Storm',
      value: ({ firstDay }) => firstDay,
      cell: (storm) => (
        <>
          <Button
            onClick={() => onReplay({ startMs: Date.parse(storm.replayStart), endMs: Date.parse(storm.replayEnd) })}
            aria-label={`Replay ${daysWords(storm)}`}
            data-testid={`storm-${storm.firstDay}`}
            sx={{ p: 0, minWidth: 0 }}
          >
            {daysWords(storm)}
          </Button>
          <Typography variant="caption" component="div" color="textSecondary" title={storm.majorEventReason ?? undefined}>
            {remarks(storm)}
          </Typography>
        </>
      ),
    },
    {
      key: 'outages',
      label: 'Outages',
      isNumber: true,
      value: ({ outageCount }) => outageCount,
      cell: ({ outageCount }) => formatNumber(outageCount),
    },
    {
      key: 'customers',
      label: 'Customers',
      isNumber: true,
      value: ({ customerInterruptions }) => customerInterruptions ?? null,
      cell: ({ customerInterruptions }) => formatNumber(customerInterruptions),
    },
    {
      key: 'hours',
      label: 'Customer h',
      isNumber: true,
      value: ({ customerMinutes }) => (customerMinutes == null ? null : customerMinutes / MINUTES_PER_HOUR),
      cell: ({ customerMinutes }) => (customerMinutes == null ? UNKNOWN : formatNumber(customerMinutes / MINUTES_PER_HOUR)),
    },
    {
      key: 'peak',
      label: 'Peak out',
      isNumber: true,
      value: ({ peakCustomersOut }) => peakCustomersOut ?? null,
      cell: ({ peakCustomersOut, peakAt }) => <span title={formatInstant(peakAt, timeZone)}>{formatNumber(peakCustomersOut)}</span>,
    },
  ];
}

/** The past storms, to choose one to replay, or any other time. */
export function StormList({ timeZone, onReplay }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: StormsQuery, requestPolicy: 'cache-and-network' });
  const found = data?.storms;
  return (
    <>
      {found === undefined && error !== undefined && !fetching && (
        <ErrorState title="The storms could not be loaded" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
      )}
      {found === undefined && (error === undefined || fetching) && <LoadingState label="Loading the storms" minHeight={200} />}
      {found?.storms.length === 0 && (
        <EmptyState
          title="No storm is on record"
          detail={`${ruleWords(found.rule)}${found.firstDay == null ? ' Nothing is on record.' : ` On record are ${found.firstDay} to ${found.lastDay ?? UNKNOWN}.`}`}
        />
      )}
      {found !== undefined && found.storms.length > 0 && (
        <>
          <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 1 }} data-testid="storm-rule">
            {ruleWords(found.rule)} Storm days in a row are one storm.
          </Typography>
          <DataTable
            label="Past storms"
            rows={found.storms}
            columns={columnsOf(timeZone, onReplay)}
            rowKey={({ firstDay }) => firstDay}
            testId="storm-list"
            csv="storms"
            pageSize={20}
          />
        </>
      )}
      <PeriodForm timeZone={timeZone} onReplay={onReplay} />
    </>
  );
}
