import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useMemo } from 'react';

import { formatInstant, formatNumber, humanize } from '../../lib/format';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';

import type { ReplayedOutage } from './queries';
import type { Active } from './timeline';
import { causeWords } from './words';

interface Props {
  active: readonly Active[];
  timeZone: string;
  onOutage: (outage: ReplayedOutage) => void;
}

/** The outages in force at the moment. */
export function ReplayTable({ active, timeZone, onOutage }: Props) {
  const columns = useMemo(
    (): ShownColumn<Active>[] => [
      {
        key: 'outage',
        label: 'Outage',
        value: ({ played }) => played.outage.outageId,
        cell: ({ played: { outage } }) => (
          <>
            <Button
              onClick={() => onOutage(outage)}
              disabled={!outage.isCached && outage.lon == null}
              title={outage.isCached ? 'Open the outage' : 'Show it on the map; it is over for long and has no page of its own'}
              sx={{ p: 0, minWidth: 0 }}
            >
              {outage.outageId}
            </Button>
            <Typography variant="caption" component="div" color="textSecondary">
              {outage.deviceKind == null ? outage.circuitId : `${humanize(outage.deviceKind)} ${outage.deviceId ?? ''}`}, {causeWords(outage)}
            </Typography>
          </>
        ),
      },
      {
        key: 'out',
        label: 'Out now',
        isNumber: true,
        value: ({ customersOut }) => customersOut,
        cell: ({ customersOut, played }) =>
          customersOut === null ? 'not known' : `${formatNumber(customersOut)} of ${formatNumber(played.outage.customers)}`,
      },
      {
        key: 'began',
        label: 'Began',
        value: ({ played }) => played.beganMs,
        cell: ({ played }) => formatInstant(played.outage.beganAt, timeZone),
      },
    ],
    [timeZone, onOutage],
  );
  return (
    <DataTable
      label="Outages at this moment"
      rows={active}
      columns={columns}
      rowKey={({ played }) => played.outage.outageId}
      testId="replay-outages"
      csv="outages-of-the-moment"
      pageSize={25}
    />
  );
}
