import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useClient } from 'urql';

import { formatNumber, humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { Fold } from '../../ui/Fold';

import { CellContentsQuery } from './queries';
import type { ClassInCell } from './queries';

const PAGE = 20;

interface Props {
  /** The first page. */
  first: ClassInCell;
  area: { polygon: object };
  onSelect: (assetId: string, at: { lon: number; lat: number }) => void;
}

/** The assets of a class in a cell, a page at a time. */
export function ClassList({ first, area, onSelect }: Props) {
  const client = useClient();
  const [pages, setPages] = useState<readonly ClassInCell[]>([]);
  const [isLoading, setLoading] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const last = pages.at(-1) ?? first;
  const assets = [first, ...pages].flatMap((page) => page.assets);
  const more = async (): Promise<void> => {
    setLoading(true);
    const { data, error } = await client
      .query(CellContentsQuery, { area, classes: [first.kind], first: PAGE, after: last.endCursor })
      .toPromise();
    setLoading(false);
    setProblem(error === undefined ? null : problemOf(error).message);
    const next = data?.assetsIn.classes[0];
    if (next !== undefined) setPages((before) => [...before, next]);
  };
  return (
    <Fold
      testId={`cell-class-${first.kind}`}
      summary={
        <>
          <Box component="span" sx={{ flex: 1 }}>
            {humanize(first.kind)}
          </Box>
          <span>{formatNumber(first.count)}</span>
        </>
      }
    >
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, maxHeight: 180, overflowY: 'auto' }}>
        {assets.map(({ assetId, title, lon, lat }) => (
          <li key={assetId}>
            <Link component="button" variant="caption" onClick={() => onSelect(assetId, { lon, lat })}>
              {title === assetId ? assetId : `${title} (${assetId})`}
            </Link>
          </li>
        ))}
      </Box>
      {problem !== null && (
        <Typography variant="caption" color="error" role="alert">
          {problem}
        </Typography>
      )}
      {last.hasNextPage && (
        <Button sx={{ p: 0, minWidth: 0 }} disabled={isLoading} onClick={() => void more()}>
          {`Show ${Math.min(PAGE, first.count - assets.length)} more`}
        </Button>
      )}
    </Fold>
  );
}
