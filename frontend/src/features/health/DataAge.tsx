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

/** Age of the least recently synced layer: nothing on the map is older than this. */
export function DataAge() {
  const now = useNow();
  const [{ data }, refetch] = useQuery({ query: DataAgeQuery });
  usePolling(
    useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]),
    POLL_MS,
  );
  const layers = data?.mapLayers ?? [];
  const ages = layers.map((layer) => ageSeconds(layer.syncedAt, now)).filter((age) => age !== null);
  const oldest = ages.length > 0 ? Math.max(...ages) : null;
  return (
    <Tooltip
      title={
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
          {layers.map((layer) => {
            const age = ageSeconds(layer.syncedAt, now);
            return (
              <li key={layer.key}>
                {layer.title}: {age === null ? 'never synced' : `synced ${formatAge(age)} ago`}
              </li>
            );
          })}
        </Box>
      }
    >
      <Typography
        variant="caption"
        component="span"
        color="text.secondary"
        tabIndex={0}
        data-testid="data-age"
        sx={{ whiteSpace: 'nowrap', minWidth: 92, textAlign: 'right' }}
      >
        Data {oldest === null ? 'age unknown' : `${formatAge(oldest)} old`}
      </Typography>
    </Tooltip>
  );
}
