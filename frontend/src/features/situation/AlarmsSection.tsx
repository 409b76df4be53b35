import Alert from '@mui/material/Alert';
import Link from '@mui/material/Link';
import { useCallback } from 'react';
import { useQuery } from 'urql';

import { followLink } from '../../lib/followLink';
import { formatAge, humanize } from '../../lib/format';
import { usePolling } from '../../ui/usePolling';

import { Section } from './Section';
import { AlarmsQuery } from './queries';

const POLL_MS = 60_000;

/** Data that is older than it may be. Nothing is shown while all of it is fresh. */
export function AlarmsSection({ pathOf }: { pathOf: (layer: string) => string }) {
  const [{ data }, refetch] = useQuery({ query: AlarmsQuery });
  usePolling(useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]), POLL_MS);
  const alarms = data?.syncAlerts ?? [];
  if (alarms.length === 0) return null;
  return (
    <Section title="Alarms" testId="alarms">
      {alarms.map((alarm) => (
        <Alert key={`${alarm.layer}/${alarm.raisedAt}`} severity="warning" variant="outlined" sx={{ mb: 0.5, py: 0 }}>
          <Link href={pathOf(alarm.layer)} onClick={followLink} color="inherit">
            {humanize(alarm.layer)} data
          </Link>{' '}
          was {formatAge(alarm.ageS)} old and may be {formatAge(alarm.maxAgeS)}:{' '}
          {humanize(alarm.reason).toLowerCase()}
          {alarm.detail == null ? '.' : `, ${alarm.detail}`}
        </Alert>
      ))}
    </Section>
  );
}
