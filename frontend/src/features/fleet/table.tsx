import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

import { followLink } from '../../lib/followLink';
import { formatNumber } from '../../lib/format';
import { DownloadIcon } from '../../ui/icons';

interface DownloadProps {
  progress: { done: number; total: number } | null;
  problem: string | null;
  onLoad: () => void;
  onCancel: () => void;
}

/** Downloads all rows that match, and tells how far it is. */
export function CsvButton({ progress, problem, onLoad, onCancel }: DownloadProps) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
      {problem !== null && (
        <Typography variant="caption" color="error" role="alert">
          {problem}
        </Typography>
      )}
      {progress === null ? (
        <Button startIcon={<DownloadIcon fontSize="small" />} onClick={onLoad} data-testid="download-csv">
          CSV
        </Button>
      ) : (
        <Button onClick={onCancel}>
          {progress.total === 0 ? 'Reading' : `${formatNumber(progress.done)} of ${formatNumber(progress.total)}`} – cancel
        </Button>
      )}
    </Box>
  );
}

/** A link within the app: opened here, or in a new tab as links are. */
export function AppLink({ to, children, testId }: { to: string; children: ReactNode; testId?: string }) {
  return (
    <Box component="a" href={to} onClick={followLink} data-testid={testId} sx={{ color: 'primary.main', textDecoration: 'none', '&:hover': { textDecoration: 'underline' } }}>
      {children}
    </Box>
  );
}
