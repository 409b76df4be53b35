import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Tooltip from '@mui/material/Tooltip';
import { useCallback } from 'react';
import { useQuery } from 'urql';

import { formatQuantity, humanize } from '../../lib/format';
import { usePolling } from '../../ui/usePolling';

import { HealthQuery } from './queries';

const POLL_MS = 15_000;

interface Service {
  name: string;
  isUp: boolean;
  latencyMs?: number | null;
}

interface Summary {
  label: string;
  colour: 'success' | 'warning' | 'error' | 'default';
}

/** The state of the services in one line; services that are down are named. */
export function summarize(status: string, services: readonly Service[]): Summary {
  const down = services.filter((service) => !service.isUp).map((service) => humanize(service.name));
  const named = down.length > 0 ? `: ${down.join(', ')}` : '';
  if (status === 'OK') return { label: 'All services up', colour: 'success' };
  if (status === 'DEGRADED') return { label: `Degraded${named}`, colour: 'warning' };
  return { label: `Down${named}`, colour: 'error' };
}

export function HealthIndicator() {
  const [{ data, error }, refetch] = useQuery({ query: HealthQuery, requestPolicy: 'cache-and-network' });
  usePolling(
    useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]),
    POLL_MS,
  );

  let summary: Summary;
  if (error !== undefined) summary = { label: 'Server not reachable', colour: 'error' };
  else if (data?.health === undefined) summary = { label: 'Checking', colour: 'default' };
  else summary = summarize(data.health.status, data.health.services);

  return (
    <Tooltip title={<ServiceList services={error === undefined ? (data?.health.services ?? []) : []} />}>
      <Chip
        variant="outlined"
        color={summary.colour}
        label={summary.label}
        tabIndex={0}
        role="status"
        data-testid="health"
        data-status={error === undefined ? (data?.health.status ?? 'UNKNOWN') : 'UNREACHABLE'}
        sx={{ maxWidth: 260 }}
      />
    </Tooltip>
  );
}

function ServiceList({ services }: { services: readonly Service[] }) {
  if (services.length === 0) return <span>The state of the services is not known.</span>;
  return (
    <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
      {services.map((service) => (
        <li key={service.name}>
          <strong>{humanize(service.name)}</strong>: {service.isUp ? 'up' : 'down'}
          {service.isUp && service.latencyMs != null && `, ${formatQuantity(service.latencyMs, 'ms')}`}
        </li>
      ))}
    </Box>
  );
}
