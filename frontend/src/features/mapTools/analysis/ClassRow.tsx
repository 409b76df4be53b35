import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useQuery } from 'urql';

import { formatNumber } from '../../../lib/format';
import type { AreaInput } from '../../../lib/geo/shapes';
import { problemOf } from '../../../lib/graphql/errors';
import { LoadingState } from '../../../ui/StateMessage';
import { ChevronDownIcon, ChevronRightIcon } from '../../../ui/icons';

import { AssetRows } from './AssetRows';
import type { ClassInfo } from './classes';
import { AreaClassQuery } from './queries';

const PAGE = 20;

interface Props {
  area: AreaInput;
  info: ClassInfo;
  onGo: (assetId: string, at: { lon: number; lat: number }) => void;
}

/** How many of a class are in the area; opened, which. */
export function ClassRow({ area, info, onGo }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [result, refetch] = useQuery({
    query: AreaClassQuery,
    variables: { area, kind: info.kind, first: 1 },
    requestPolicy: 'cache-and-network',
  });
  const found = result.data?.assetsIn.classes[0];
  if (found === undefined && result.error !== undefined) {
    return (
      <Box role="alert" sx={{ display: 'flex', gap: 1, fontSize: '0.75rem', py: 0.25 }}>
        <span>{info.label}</span>
        <Typography variant="caption" color="error" sx={{ flex: 1, textAlign: 'right' }}>
          {problemOf(result.error).message}
        </Typography>
        <Button sx={{ p: 0, minWidth: 0 }} onClick={() => refetch({ requestPolicy: 'network-only' })}>
          Retry
        </Button>
      </Box>
    );
  }
  const isEmpty = found?.count === 0;
  return (
    <Box data-testid={`inside-${info.kind}`}>
      <Button
        fullWidth
        color="inherit"
        disabled={found === undefined || isEmpty}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        startIcon={isOpen ? <ChevronDownIcon /> : <ChevronRightIcon />}
        sx={{ justifyContent: 'flex-start', py: 0, px: 0.25, fontWeight: 400, '&.Mui-disabled': { color: 'text.secondary' } }}
      >
        <Box component="span" sx={{ flex: 1, textAlign: 'left' }}>
          {info.label}
        </Box>
        <span data-testid={`count-${info.kind}`}>{found === undefined ? '…' : formatNumber(found.count)}</span>
      </Button>
      {isOpen && <ClassList area={area} info={info} onGo={onGo} />}
    </Box>
  );
}

/** The assets of a class, twenty at a time. */
function ClassList({ area, info, onGo }: Props) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  const after = cursors.at(-1) ?? null;
  const [{ data, error, fetching }, refetch] = useQuery({ query: AreaClassQuery, variables: { area, kind: info.kind, first: PAGE, after } });
  const page = data?.assetsIn.classes[0];
  if (page === undefined || fetching) {
    if (error !== undefined && !fetching) {
      return (
        <Button color="error" onClick={() => refetch({ requestPolicy: 'network-only' })}>
          {problemOf(error).message} Try again
        </Button>
      );
    }
    return <LoadingState label={`Loading ${info.label.toLowerCase()}`} minHeight={60} />;
  }
  const start = (cursors.length - 1) * PAGE;
  return (
    <Box sx={{ pl: 1.5, pb: 0.5 }}>
      <AssetRows label={info.label} assets={page.assets} onGo={onGo} />
      {(page.hasNextPage || cursors.length > 1) && (
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
          <Button disabled={cursors.length === 1} onClick={() => setCursors(cursors.slice(0, -1))}>
            Back
          </Button>
          <Typography variant="caption" color="textSecondary">
            {formatNumber(start + 1)} to {formatNumber(start + page.assets.length)} of {formatNumber(page.count)}
          </Typography>
          <Button disabled={!page.hasNextPage} onClick={() => setCursors([...cursors, page.endCursor ?? null])}>
            Next
          </Button>
        </Box>
      )}
    </Box>
  );
}
