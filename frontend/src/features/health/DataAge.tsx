import Box from '@mui/material/Box';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useCallback } from 'react';
import { useQuery } from 'urql';

import { ageSeconds, formatAge } from '../../lib/format';
import { useNow } from '../../ui/useNow';
import { usePolling } from '../../ui/usePolling';

import { DataAgeQuery } from './queries';

const POLL_MS = 60_000;

/** Age of the layer least recently known to equal its source; a warning if one is too old for operations. */
export function DataAge() {
  const now = useNow();
  const [{ data }, refetch] = useQuery({ query: DataAgeQuery });
  usePolling(
    useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]),
    POLL_MS,
  );
  const layers = data?.mapLayers ?? [];
  const ages = layers.map((layer) => ageSeconds(layer.confirmedAt, now)).filter((age) => age !== null);
  const isTooOld = layers.some((layer) => layer.isTooOld === true);
  const oldest = ages.length > 0 ? Math.max(...ages) : null;
  return (
    <Tooltip
      title={
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
          {layers.map((layer) => {
            const age = ageSeconds(layer.confirmedAt, now);
            return (
              <li key={layer.key}>
                {layer.title}: {ageText(layer.status, age)}
                {layer.isTooOld === true && ', too old for operations'}
              </li>
            );
          })}
        </Box>
      }
    >
      <Typography
        variant="caption"
        component="span"
        color={isTooOld ? 'warning' : 'textSecondary'}
        data-too-old={isTooOld}
        tabIndex={0}
        data-testid="data-age"
        sx={{ whiteSpace: 'nowrap', minWidth: 92, flexShrink: 0, textAlign: 'right' }}
      >
        Data {oldest === null ? 'age unknown' : `${formatAge(oldest)} old`}
        {isTooOld && ': too old'}
      </Typography>
    </Tooltip>
  );
}

function ageText(status: string, age: number | null): string {
  if (status === 'FROM_WAREHOUSE') return 'from the warehouse, the cache does not answer';
  return age === null ? 'never synced' : `${formatAge(age)} old`;
}
