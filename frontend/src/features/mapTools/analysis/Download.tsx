import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useRef, useState } from 'react';
import { useClient } from 'urql';

import { download } from '../../../lib/download';
import { formatNumber } from '../../../lib/format';
import type { AreaInput } from '../../../lib/geo/shapes';
import { DownloadIcon } from '../../../ui/icons';

import type { ClassInfo } from './classes';
import { fetchAll } from './fetchAll';
import { assetsCsv, assetsGeoJson } from './files';

type Format = 'csv' | 'geojson';

/** Customers are left out: what is personal goes through an export, which is recorded. */
const LEFT_OUT = 'CUSTOMER';

/** All that is inside, as a file. */
export function Download({ area, classes }: { area: AreaInput; classes: readonly ClassInfo[] }) {
  const client = useClient();
  const [rows, setRows] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const abort = useRef<AbortController | null>(null);

  const save = async (format: Format): Promise<void> => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    setProblem(null);
    setRows(0);
    try {
      const kinds = classes.map(({ kind }) => kind).filter((kind) => kind !== LEFT_OUT);
      const assets = await fetchAll(client, area, kinds, { signal, onProgress: setRows });
      if (format === 'csv') download('area.csv', assetsCsv(assets), 'text/csv;charset=utf-8');
      else download('area.geojson', assetsGeoJson(assets), 'application/geo+json');
    } catch (error) {
      if (!signal.aborted) setProblem(error instanceof Error ? error.message : String(error));
    }
    setRows(null);
  };
  return (
    <Box sx={{ mt: 1 }}>
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
        {(['csv', 'geojson'] as const).map((format) => (
          <Button key={format} startIcon={<DownloadIcon />} disabled={rows !== null} onClick={() => void save(format)} data-testid={`area-${format}`}>
            {format === 'csv' ? 'CSV' : 'GeoJSON'}
          </Button>
        ))}
        {rows !== null && (
          <>
            <Typography variant="caption" role="status">
              {formatNumber(rows)} rows
            </Typography>
            <Button onClick={() => abort.current?.abort()}>Cancel</Button>
          </>
        )}
      </Box>
      {problem !== null && (
        <Typography variant="caption" color="error" role="alert">
          {problem}
        </Typography>
      )}
      <Typography variant="caption" component="p" color="textSecondary">
        All of the classes above but customers.
      </Typography>
    </Box>
  );
}
